import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Backing, type Host, type RunOutcome, type StepName, systemHost } from '#harness';
import { memoryBacking, memoryStore, scriptedModel } from '#harness/testing';
import { startWorldServer, type WorldServer } from '../desk/world/world-server.ts';
import type { Mutant } from '../mutants/mutant.ts';
import { mutantNamed } from '../mutants/mutant-named.ts';
import type { Scenario } from '../scenario/define-scenario.ts';
import { playSession } from '../scenario/play-session.ts';
import { scenarioNamed, scenarios } from '../suites/scenario-named.ts';
import { checkHistory } from './check-history.ts';
import type { ModelCall, Observation } from './observation.ts';
import type { Violation } from './violation.ts';

// Whole sessions, stopped dead at a step within this process and gone on with in a second life over the same store. The
// verifier kills processes over real databases; here the checkers, the desk and the mutants are held against each other.

interface Crash {
  readonly step: StepName;
  readonly moment: 'before' | 'inside' | 'after';
}

type RunBody = Parameters<Backing['openRunner']>[0];
type RunRequest = Parameters<RunBody>[0];
type Steps = Parameters<RunBody>[1];

/** What outlives a life: sessions, saved steps, the runs that were started; what was decided, begun and written down. */
function openDisk() {
  return {
    kept: memoryBacking(),
    store: memoryStore(() => 0),
    saved: new Map<string, Map<StepName, string>>(),
    requests: new Map<string, RunRequest>(),
    ended: new Set<string>(),
  };
}
type Disk = ReturnType<typeof openDisk>;

const host = systemHost();

/** Whoever waits by this clock waits a fiftieth of the time. */
const hastyHost: Host = {
  ...host,
  clock: { ...host.clock, sleep: (durationMs) => host.clock.sleep(durationMs / 50) },
};

const never = (): Promise<never> => new Promise(() => undefined);

/** One life over the disk. At the crash it stands still for ever: nothing of it settles, no `finally` runs. */
function lifeOver(disk: Disk, crash: Crash | undefined, onDeath: () => void): Backing {
  const runs = new Map<string, Promise<RunOutcome>>();
  const reach = async (step: StepName, moment: Crash['moment']): Promise<void> => {
    if (step !== crash?.step || moment !== crash.moment) return;
    onDeath();
    await never();
  };
  const thenInside = async <Result>(name: StepName, result: Promise<Result>): Promise<Result> => {
    const value = await result;
    await reach(name, 'inside');
    return value;
  };
  const stepsOf = (
    { runId, sessionId }: RunRequest,
    start: (request: RunRequest) => void,
  ): Steps => {
    const saved = disk.saved.get(runId) ?? new Map<StepName, string>();
    disk.saved.set(runId, saved);
    const once = async <Result>(name: StepName, act: () => Promise<Result>): Promise<Result> => {
      const earlier = saved.get(name);
      if (earlier !== undefined) return JSON.parse(earlier);
      await reach(name, 'before');
      const result = JSON.stringify(await act());
      saved.set(name, result);
      await reach(name, 'after');
      return JSON.parse(result);
    };
    return {
      run: (name, body) => once(name, () => thenInside(name, body())),
      transact: (name, body) =>
        once(name, () =>
          disk.store.transact(sessionId, (transaction) => thenInside(name, body(transaction))),
        ),
      delegate: async (requests) => {
        for (const request of requests) start(request);
        return Promise.all(requests.map((request) => runs.get(request.runId) ?? never()));
      },
      settled: async (other) => {
        await runs.get(other);
      },
    };
  };
  return {
    ...disk.kept,
    store: disk.store,
    openRunner: async (body) => {
      const start = (request: RunRequest): void => {
        if (runs.has(request.runId)) return;
        disk.requests.set(request.runId, request);
        const run = body(request, stepsOf(request, start));
        runs.set(request.runId, run);
        run.then(
          () => disk.ended.add(request.runId),
          () => undefined,
        );
      };
      for (const request of disk.requests.values()) start(request);
      return {
        start: async (request) => start(request),
        outcome: (runId) => runs.get(runId) ?? never(),
        runsOf: async (sessionId) =>
          [...disk.requests.values()]
            .filter((request) => request.sessionId === sessionId)
            .map(({ runId }) => ({ runId, isSettled: disk.ended.has(runId) })),
        isKnown: async (runId) => disk.requests.has(runId),
        strandedRuns: async () => [],
        recoveredRuns: () => 0,
        pendingRuns: async () => [...disk.requests.keys()].filter((id) => !disk.ended.has(id)),
        savedSteps: async (runId) => [...(disk.saved.get(runId)?.keys() ?? [])],
        close: async () => undefined,
      };
    },
  };
}

async function live(
  scenario: Scenario,
  worldServer: WorldServer,
  { crash, mutant }: { readonly crash?: Crash; readonly mutant?: Mutant } = {},
): Promise<{ seen: Observation; landed: boolean; repeatable: readonly ModelCall[] }> {
  const world = worldServer.createWorld(scenario.world);
  const disk = openDisk();
  const modelCalls: ModelCall[] = [];
  const death = new AbortController();
  const play = (backing: Backing, signal: AbortSignal) =>
    playSession(scenario, {
      worldUrl: world.url,
      backing,
      model: scriptedModel(scenario.playbooks.gold),
      exchanges: (inner) => ({
        ...inner,
        model: (place, model) => {
          modelCalls.push(place);
          return inner.model(place, model);
        },
      }),
      ...(mutant === undefined ? {} : { mutant }),
      host: hastyHost,
      signal,
    });
  let session = await play(
    lifeOver(disk, crash, () => death.abort('died')),
    death.signal,
  ).catch((error: unknown) => {
    if (error !== 'died') throw error;
    return undefined;
  });
  const isModelCall = crash?.moment === 'inside' && crash.step.startsWith('model#');
  const repeatable = isModelCall ? modelCalls.slice(-1) : [];
  session ??= await play(
    lifeOver(disk, undefined, () => undefined),
    new AbortController().signal,
  );
  const seen = { ...session, modelCalls, world: world.snapshot(), ledger: world.ledger() };
  return { seen, landed: death.signal.aborted, repeatable };
}

let worldServer: WorldServer;
beforeAll(async () => {
  worldServer = await startWorldServer();
});
afterAll(() => worldServer.close());

async function sweep(
  scenario: Scenario,
  options: { readonly mutant?: Mutant } = {},
): Promise<{ points: number; landed: number; violations: Map<string, readonly Violation[]> }> {
  const golden = (await live(scenario, worldServer)).seen;
  const violations = new Map<string, readonly Violation[]>();
  let landed = 0;
  let points = 0;
  for (const { step } of golden.savedSteps) {
    for (const moment of ['before', 'inside', 'after'] as const) {
      const life = await live(scenario, worldServer, { crash: { step, moment }, ...options });
      const broken = checkHistory(golden, life.seen, life);
      points += 1;
      if (life.landed) landed += 1;
      if (broken.length > 0) violations.set(`${step}:${moment}`, broken);
    }
  }
  return { points, landed, violations };
}

test.for(scenarios)(
  '$id: stopped at every step and moment it comes to the same end',
  async (scenario) => {
    const { points, landed, violations } = await sweep(scenario);
    expect(points).toBeGreaterThan(20);
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
