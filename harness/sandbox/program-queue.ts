import { setMaxWorkers } from 'run';

/** Programs at once in this process; each costs a thread and its memory limit. More wait their turn. */
const concurrentPrograms = 2;

// The engine's pool of workers is one per process and refuses what is above its cap, so the queue in front is one too.
setMaxWorkers(concurrentPrograms);

let running = 0;
const waiting: (() => void)[] = [];

/** Runs `program` when its turn comes, first come first served. Throws the signal's reason if that comes earlier. */
export async function inTurn<Outcome>(
  program: () => Promise<Outcome>,
  signal?: AbortSignal,
): Promise<Outcome> {
  signal?.throwIfAborted();
  if (running >= concurrentPrograms) await turn(signal);
  else running += 1;
  try {
    return await program();
  } finally {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}

/** Resolves when a program that ends hands its place on. */
async function turn(signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const leave = (): void => {
    const place = waiting.indexOf(resolve);
    // Gone already when its turn came in the same moment: then it runs, and hears of the abort there.
    if (place >= 0) waiting.splice(place, 1);
    reject(signal?.reason);
  };
  waiting.push(resolve);
  signal?.addEventListener('abort', leave, { once: true });
  try {
    await promise;
  } finally {
    signal?.removeEventListener('abort', leave);
  }
}
