import {
  type Backing,
  type Exchanges,
  type Host,
  type RunOutcome,
  type StepName,
  systemHost,
} from '#harness';
import { memoryBacking, scriptedModel } from '#harness/testing';
import type { ModelCall, Observation } from '../checkers/observation.ts';
import type { WorldServer } from '../desk/world/world-server.ts';
import type { Mutant } from '../mutants/mutant.ts';
import type { Scenario } from '../scenario/define-scenario.ts';
import { playSession } from '../scenario/play-session.ts';

// A crash without a process: a life that stops dead never settles, and its `finally` never runs. The verifier kills
// processes over real databases; this takes milliseconds.

/** Where a life stops dead. */
export interface Halt {
  /** `1`, or `1~2` for the second sub-agent of it; whichever run comes first when absent. */
  readonly run?: string;
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
    saved: new Map<string, Map<StepName, string>>(),
    requests: new Map<string, RunRequest>(),
    ended: new Map<string, RunOutcome>(),
  };
}
type Disk = ReturnType<typeof openDisk>;

const host = systemHost();

/** Whoever waits by this clock waits a fiftieth of the time. */
const hastyHost: Host = {
  ...host,
  clock: { ...host.clock, sleep: (durationMs) => host.clock.sleep(durationMs / 50) },
};

/** A run's place in its session: what playSession named it by. */
const placeIn = (runId: string): string => runId.slice(runId.lastIndexOf('/') + 1);

const never = (): Promise<never> => new Promise(() => undefined);

interface Life {
  readonly runs: ReadonlyMap<string, Promise<RunOutcome>>;
  /** Never settles once the life is over. */
  readonly alive: () => Promise<void>;
}

/** What can be asked about the runs of a life. */
function runsOn(
  disk: Disk,
  { runs, alive }: Life,
): Omit<Awaited<ReturnType<Backing['openRunner']>>, 'start'> {
  return {
    outcome: (runId) => runs.get(runId) ?? never(),
    runsOf: async (sessionId) => {
      await alive();
      return [...disk.requests.values()]
        .filter((request) => request.sessionId === sessionId)
        .map(({ runId }) => ({ runId, isSettled: disk.ended.has(runId) }));
    },
    isKnown: async (runId) => disk.requests.has(runId),
    strandedRuns: async () => [],
    recoveredRuns: () => 0,
    pendingRuns: async () => [...disk.requests.keys()].filter((id) => !disk.ended.has(id)),
    savedSteps: async (runId) => [...(disk.saved.get(runId)?.keys() ?? [])],
    close: async () => undefined,
  };
}

/** What has ended is read and not gone through again: by now there is more than it has seen. */
function unlessEnded(
  { ended }: Disk,
  { runId }: RunRequest,
  begin: () => Promise<RunOutcome>,
): Promise<RunOutcome> {
  const earlier = ended.get(runId);
  const run = earlier === undefined ? begin() : Promise.resolve(earlier);
  run.then(
    (outcome) => ended.set(runId, outcome),
    () => undefined,
  );
  return run;
}

/** The dead clear nothing: what they had begun, a later life begins anew. */
const clearingWhile = (alive: Life['alive'], { kept }: Disk): Backing['clearing'] => ({
  clear: async (order) => {
    await alive();
    return kept.clearing.clear(order);
  },
});

/** One life over the disk. At the crash it stands still for ever: nothing of it settles, no `finally` runs. */
function lifeOver(disk: Disk, crash: Halt | undefined, onDeath: () => void): Backing {
  const runs = new Map<string, Promise<RunOutcome>>();
  let isDead = false;
  const alive = (): Promise<void> => (isDead ? never() : Promise.resolve());
  const reachIn =
    (runId: string) =>
    async (step: StepName, moment: Halt['moment']): Promise<void> => {
      // Sub-agents work side by side: with one of them all of the life stands still.
      await alive();
      if (step !== crash?.step || moment !== crash.moment) return;
      if (crash.run !== undefined && crash.run !== placeIn(runId)) return;
      isDead = true;
      onDeath();
      await never();
    };
  const stepsOf = (
    { runId, sessionId }: RunRequest,
    start: (request: RunRequest) => void,
  ): Steps => {
    const saved = disk.saved.get(runId) ?? new Map<StepName, string>();
    disk.saved.set(runId, saved);
    const reach = reachIn(runId);
    const thenInside = async <Result>(name: StepName, result: Promise<Result>): Promise<Result> => {
      const value = await result;
      await reach(name, 'inside');
      return value;
    };
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
          disk.kept.store.transact(sessionId, (transaction) => thenInside(name, body(transaction))),
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
    clearing: clearingWhile(alive, disk),
    openRunner: async (body) => {
      const start = (request: RunRequest): void => {
        if (runs.has(request.runId)) return;
        disk.requests.set(request.runId, request);
        const run = unlessEnded(disk, request, () => body(request, stepsOf(request, start)));
        runs.set(request.runId, run);
      };
      for (const request of disk.requests.values()) start(request);
      return { ...runsOn(disk, { runs, alive }), start: async (request) => start(request) };
    },
  };
}

/** Plays a scenario that stops dead at `crash` within this process, and goes on in a second life over the same store. */
export async function playTwoLives(
  scenario: Scenario,
  worldServer: WorldServer,
  options: {
    readonly crash?: Halt;
    readonly mutant?: Mutant;
    /** Stands before each life's exchanges. */
    readonly exchanges?: (life: 1 | 2) => (inner: Exchanges) => Exchanges;
  } = {},
): Promise<{ seen: Observation; landed: boolean; repeatable: readonly ModelCall[] }> {
  const { crash, mutant, exchanges = () => (inner) => inner } = options;
  const world = worldServer.createWorld(scenario.world);
  const disk = openDisk();
  const modelCalls: ModelCall[] = [];
  const death = new AbortController();
  const play = (life: 1 | 2, backing: Backing, signal: AbortSignal) =>
    playSession(scenario, {
      worldUrl: world.url,
      backing,
      model: scriptedModel(scenario.playbooks.gold),
      exchanges: (own) => {
        const inner = exchanges(life)(own);
        return {
          ...inner,
          model: (place, model) => {
            modelCalls.push(place);
            return inner.model(place, model);
          },
        };
      },
      ...(mutant === undefined ? {} : { mutant }),
      host: hastyHost,
      signal,
    });
  let session = await play(
    1,
    lifeOver(disk, crash, () => death.abort('died')),
    death.signal,
  ).catch((error: unknown) => {
    if (error !== 'died') throw error;
    return undefined;
  });
  const repeatable = death.signal.aborted ? callsInFlight(disk, modelCalls) : [];
  session ??= await play(
    2,
    lifeOver(disk, undefined, () => undefined),
    new AbortController().signal,
  );
  const seen = { ...session, modelCalls, world: world.snapshot(), ledger: world.ledger() };
  return { seen, landed: death.signal.aborted, repeatable };
}

/** Of each run the call, one at most, whose step was not saved when everything stood still. */
function callsInFlight(disk: Disk, calls: readonly ModelCall[]): readonly ModelCall[] {
  const ofRuns = Map.groupBy(calls, ({ lane }) => lane.split('/')[0]?.replace('.', '~'));
  return [...disk.saved].flatMap(([runId, steps]) => {
    const made = ofRuns.get(placeIn(runId)) ?? [];
    const saved = [...steps].filter(([step, result]) => isPaid(step, result));
    return made.length > saved.length ? made.slice(-1) : [];
  });
}

/** A compaction that only leaves results out asks no model. */
const isPaid = (step: StepName, result: string): boolean =>
  step.startsWith('compact#') ? result.includes('"usage":') : /^(model|plan|synthesis)#/.test(step);
