import { setTimeout as sleep } from 'node:timers/promises';
import { addEvidence, readEvidence } from './evidence.ts';
import { type LifeEnd, type RunningWorker, runLife } from './start-worker.ts';
import type { WorkerOrder } from './worker-order.ts';

// Two servers of one application on one database. The first is the one that something happens to; nothing happens to the
// second, and what it says is filed by itself.

/**
 * What becomes of the first server. `kill`: it dies and is restarted. `stop`: it stands still while the second one boots.
 * `lose`: it dies and never comes back; clients go to another one.
 */
export const pairFaults = ['kill', 'stop', 'lose'] as const;
export type PairFault = (typeof pairFaults)[number];

/** What the second one tells is of no life of the first one's. */
const besideLife = 0;
const lookMs = 20;
/** Whoever is not there is missed soon, and whoever only stands still must not be. */
const takeOverEveryMs = 50;
/**
 * A server that did not boot beside one that stands still proves nothing. A transaction that the first one holds open may keep
 * an embedded database from everybody else, until its owner is cut off.
 */
const bootPatienceMs = 60_000;

interface Pair {
  /** Of the first one. */
  readonly order: WorkerOrder;
  /** Where the second one files what it says. */
  readonly beside: string;
  readonly signal: AbortSignal;
}

/** Lives through a fault beside a second server, and returns the lives of the first. */
export async function livePaired(
  fault: PairFault,
  { order: { crash, ...order }, ...pair }: Pair,
): Promise<readonly LifeEnd[]> {
  const named = (letter: string): WorkerOrder => ({
    ...order,
    executorId: `${order.executorId}-${letter}`,
    ...(fault === 'kill' ? {} : { takeOverEveryMs }),
  });
  const first: WorkerOrder = {
    ...named('a'),
    fault: fault === 'stop' ? 'stop' : 'kill',
    ...(crash === undefined ? {} : { crash }),
  };
  const second: WorkerOrder = {
    ...named('b'),
    role: 'beside',
    life: besideLife,
    evidence: pair.beside,
  };
  const watched = { ...pair, evidence: [order.evidence, pair.beside] };
  if (fault === 'stop') return bootBeside(first, second, watched);
  const next = { ...named(fault === 'lose' ? 'c' : 'a'), life: 2 };
  return killBeside([first, next], second, watched);
}

interface Watched {
  readonly signal: AbortSignal;
  /** Of both: while one of them goes on, no one hangs. */
  readonly evidence: readonly string[];
}

/** The second lives while the first is killed and another life follows: whichever looks for work first goes on. */
async function killBeside(
  [order, again]: readonly [WorkerOrder, WorkerOrder],
  beside: WorkerOrder,
  watched: Watched,
): Promise<readonly LifeEnd[]> {
  const second = start(beside, { ...watched, evidence: [] });
  try {
    await second.told('ready');
    const first = await runLife(order, watched);
    if (first.signal !== 'SIGKILL' || first.hung) return [first];
    return [first, await runLife(again, watched)];
  } finally {
    second.kill('SIGKILL');
    await second.ended.catch(() => undefined);
  }
}

/** The second boots while the first stands still in the middle of a step. */
async function bootBeside(
  order: WorkerOrder,
  beside: WorkerOrder,
  watched: Watched,
): Promise<readonly LifeEnd[]> {
  const first = start(order, watched);
  let second: Running | undefined;
  try {
    if (!(await first.told('landed'))) return [await first.ended];
    second = start(beside, { ...watched, evidence: [] });
    if (await second.told('ready', bootPatienceMs)) {
      addEvidence(beside.evidence, { kind: 'woken', life: order.life });
      first.kill('SIGCONT');
    } else {
      first.kill('SIGKILL');
    }
    return [await first.ended];
  } finally {
    first.kill('SIGKILL');
    second?.kill('SIGKILL');
    await Promise.allSettled([first.ended, second?.ended]);
  }
}

interface Running {
  readonly ended: Promise<LifeEnd>;
  /** Resolves with whether it has told this, when it has or will never. */
  readonly told: (kind: 'ready' | 'landed', patienceMs?: number) => Promise<boolean>;
  readonly kill: RunningWorker['kill'];
}

function start(order: WorkerOrder, watched: Watched): Running {
  let hasEnded = false;
  let worker: RunningWorker | undefined;
  const onSpawn = (spawned: RunningWorker): void => {
    worker = spawned;
  };
  const ended = runLife(order, { ...watched, onSpawn }).finally(() => {
    hasEnded = true;
  });
  // Whoever waits for its end is told of the error; nobody waiting yet is no crash.
  ended.catch(() => undefined);
  return {
    ended,
    kill: (name) => worker?.kill(name) ?? false,
    told: async (kind, patienceMs = Number.POSITIVE_INFINITY) => {
      const isTold = (): boolean => readEvidence(order.evidence).some((line) => line.kind === kind);
      for (let waitedMs = 0; !isTold(); waitedMs += lookMs) {
        if (hasEnded || waitedMs >= patienceMs) return isTold();
        await sleep(lookMs);
      }
      return true;
    },
  };
}
