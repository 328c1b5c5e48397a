import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorldServer, type WorldServer } from '../desk/world/world-server.ts';
import type { Mutant } from '../mutants/mutant.ts';
import { mutantNamed } from '../mutants/mutant-named.ts';
import { checkCard } from '../scenario/card/check-card.ts';
import type { Scenario } from '../scenario/define-scenario.ts';
import { scenarioNamed, scenarios } from '../suites/scenario-named.ts';
import { playTwoLives } from '../trials/two-lives.ts';
import { checkHistory } from './check-history.ts';
import type { Violation } from './violation.ts';

// Whole sessions, stopped dead at a step within this process and gone on with in a second life over the same store. The
// verifier kills processes over real databases; here the checkers, the desk and the mutants are held against each other.

let worldServer: WorldServer;
beforeAll(async () => {
  worldServer = await startWorldServer();
});
afterAll(() => worldServer.close());

const stoppedSubAgents = 3;
/** A conversation of more messages is stopped at its summaries only: the rest of it is like that of a shorter one. */
const longestConversation = 10;

async function sweep(
  scenario: Scenario,
  options: { readonly mutant?: Mutant } = {},
): Promise<{ points: number; landed: number; violations: Map<string, readonly Violation[]> }> {
  const golden = (await playTwoLives(scenario, worldServer)).seen;
  // What goes wrong in every life alike is no difference between them.
  expect(checkCard(scenario, golden).filter(({ ok }) => !ok)).toEqual([]);
  const violations = new Map<string, readonly Violation[]>();
  let landed = 0;
  let points = 0;
  for (const { run, sub = 0, step } of golden.savedSteps) {
    // One sub-agent's steps are like another's; of a crowd the first are stopped, each at every moment.
    if (sub > stoppedSubAgents) continue;
    if (scenario.messages.length > longestConversation && !step.startsWith('compact#')) continue;
    const place = sub === 0 ? `${run}` : `${run}~${sub}`;
    for (const moment of ['before', 'inside', 'after'] as const) {
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
  }
  return { points, landed, violations };
}

test.for(scenarios)(
  '$id: stopped at every step and moment it comes to the same end',
  { timeout: 120_000 },
  async (scenario) => {
    const { points, landed, violations } = await sweep(scenario);
    expect(points).toBeGreaterThan(10);
    expect(landed).toBe(points);
    expect([...violations]).toEqual([]);
  },
);

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
