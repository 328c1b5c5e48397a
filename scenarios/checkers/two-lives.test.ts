import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorldServer, type WorldServer } from '../desk/world/world-server.ts';
import type { Mutant } from '../mutants/mutant.ts';
import { mutantNamed } from '../mutants/mutant-named.ts';
import { checkCard } from '../scenario/card/check-card.ts';
import type { Scenario } from '../scenario/define-scenario.ts';
import { scenarioNamed, scenarios } from '../suites/scenario-named.ts';
import { playTwoLives } from '../trials/two-lives.ts';
import { type Moment, moments } from '../verifier/crash-point.ts';
import { checkHistory } from './check-history.ts';
import type { Observation } from './observation.ts';
import type { Violation } from './violation.ts';

// Whole sessions, stopped dead at a step within this process and gone on with in a second life over the same store. The
// verifier kills processes over real databases; here the checkers, the desk and the mutants are held against each other.

let worldServer: WorldServer;
beforeAll(async () => {
  worldServer = await startWorldServer();
});
afterAll(() => worldServer.close());

/**
 * Between them these have every kind of step that there is, and are stopped before, in and behind the first of each: what is
 * so of a kind at one place is so at another. The rest is stopped where most is to be lost, with the step done and not saved,
 * once at each kind of step. `groundhog crash` stops at every step of any.
 */
const stoppedAlways = ['T-02', 'T-03', 'T-11', 'R-01', 'R-07', 'S-01', 'S-11', 'M-03', 'M-05'];
/** Where a message comes during a run, every moment is another story. */
const isStoppedAlways = ({ id }: Scenario): boolean =>
  stoppedAlways.includes(id) || id.startsWith('D-');

/** A conversation of more messages is stopped at its summaries only: the rest of it is like that of a shorter one. */
const longestConversation = 10;

const goldens = new Map<string, Promise<Observation>>();
function goldenOf(scenario: Scenario): Promise<Observation> {
  const golden =
    goldens.get(scenario.id) ?? playTwoLives(scenario, worldServer).then(({ seen }) => seen);
  goldens.set(scenario.id, golden);
  return golden;
}

/** `issueRefund`, `~model` where it is a sub-agent's. */
const kindOf = ({ sub, step }: Observation['savedSteps'][number]): string =>
  `${sub === undefined ? '' : '~'}${step.split('#')[0]}`;

const kindsIn = ({ savedSteps }: Observation): readonly string[] => savedSteps.map(kindOf);

/** When to stop at a step, where these kinds were stopped at before. */
function momentsAt(
  scenario: Scenario,
  { kind, met }: { readonly kind: string; readonly met: ReadonlySet<string> },
): readonly Moment[] {
  const isNew = !met.has(kind);
  if (isStoppedAlways(scenario)) {
    return isNew || scenario.id.startsWith('D-') ? moments : ['inside'];
  }
  return isNew || kind === 'compact' ? ['inside'] : [];
}

async function sweep(
  scenario: Scenario,
  options: { readonly mutant?: Mutant } = {},
): Promise<{ points: number; landed: number; violations: Map<string, readonly Violation[]> }> {
  const golden = await goldenOf(scenario);
  // What goes wrong in every life alike is no difference between them.
  expect(checkCard(scenario, golden).filter(({ ok }) => !ok)).toEqual([]);
  const isFull = isStoppedAlways(scenario);
  const violations = new Map<string, readonly Violation[]>();
  const met = new Set<string>();
  let landed = 0;
  let points = 0;
  for (const saved of golden.savedSteps) {
    const { run, sub = 0, step } = saved;
    // One sub-agent's steps are like another's: where not everything is stopped, of a crowd the first is.
    if (!isFull && sub > 1) continue;
    if (scenario.messages.length > longestConversation && !step.startsWith('compact#')) continue;
    const place = sub === 0 ? `${run}` : `${run}~${sub}`;
    const kind = kindOf(saved);
    for (const moment of momentsAt(scenario, { kind, met })) {
      const life = await playTwoLives(scenario, worldServer, {
        crash: { run: place, step, moment },
        ...options,
      });
      const broken = checkHistory(golden, life.seen, life);
      points += 1;
      if (life.landed) landed += 1;
      if (broken.length > 0)
        violations.set(`${place === '1' ? '' : `${place}/`}${step}:${moment}`, broken);
    }
    met.add(kind);
  }
  return { points, landed, violations };
}

test.for(scenarios)(
  '$id: stopped at its steps it comes to the same end',
  { timeout: 120_000 },
  async (scenario) => {
    const { points, landed, violations } = await sweep(scenario);
    expect(points).toBeGreaterThanOrEqual(3);
    expect(landed).toBe(points);
    expect([...violations]).toEqual([]);
  },
);

async function kindsOf(some: readonly Scenario[]): Promise<readonly string[]> {
  const kinds = new Set<string>();
  for (const each of some) for (const kind of kindsIn(await goldenOf(each))) kinds.add(kind);
  return [...kinds].toSorted();
}

test('no kind of step is stopped in the middle only', { timeout: 240_000 }, async () => {
  expect(await kindsOf(scenarios.filter(isStoppedAlways))).toEqual(await kindsOf(scenarios));
});

test('CD-1: the refund without its key is paid twice by a life that died before it was saved', async () => {
  const { violations } = await sweep(scenarioNamed('R-01'), { mutant: mutantNamed('CD-1') });
  expect([...violations.keys()]).toEqual(['issueRefund#1:inside']);
  expect(violations.get('issueRefund#1:inside')).toContainEqual({
    invariant: 'I1',
    expected: '1 × refund of 49.00 USD on ch_A2',
    found: '2 × refund of 49.00 USD on ch_A2',
    message: expect.stringContaining('2 times instead of 1'),
  });
});

test('CD-4: without keys a recovered run tells its log twice, and its text', async () => {
  const { points, violations } = await sweep(scenarioNamed('R-01'), {
    mutant: mutantNamed('CD-4'),
  });
  expect(violations.size).toBeGreaterThan(points / 2);
  expect(new Set([...violations.values()].flat().map(({ invariant }) => invariant))).toEqual(
    new Set(['I4', 'I6', 'I8']),
  );
  expect(violations.get('model#1:inside')).toContainEqual(
    expect.objectContaining({
      invariant: 'I4',
      found: expect.stringMatching(/I will file this .* billing\.I will file this/),
    }),
  );
});
