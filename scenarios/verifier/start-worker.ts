import { type ChildProcess, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { moduleCommand } from '#harness';
import type { WorkerOrder } from './worker-order.ts';

/** How a life ended. */
export interface LifeEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** It left no new evidence for `silenceLimitMs` and was put down. */
  readonly hung: boolean;
  /** The tail of what it complained of. */
  readonly complaint: string;
}

const workerModule = new URL('./worker-process.ts', import.meta.url);

/** For whoever else has a say in how long it lives. */
export type RunningWorker = Pick<ChildProcess, 'kill'>;

interface Watch {
  readonly signal: AbortSignal;
  readonly onSpawn?: (worker: RunningWorker) => void;
  /** Files that grow while there is progress, its own by default; without one it is given all the time there is. */
  readonly evidence?: readonly string[];
}

/** Progress, not time: only a worker that does nothing for this long is hung, however slow the machine. */
const silenceLimitMs = 180_000;
const complaintLength = 2_000;

/** Runs one life of a worker in a process of its own. Ends with it; an abort kills it. */
export async function runLife(
  order: WorkerOrder,
  { signal, onSpawn, evidence = [order.evidence] }: Watch,
): Promise<LifeEnd> {
  signal.throwIfAborted();
  const worker = spawn(process.execPath, moduleCommand(workerModule, JSON.stringify(order)), {
    // The pipe to stdin is how the worker learns that the verifier is gone.
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  onSpawn?.(worker);
  let complaint = '';
  worker.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-complaintLength);
  });
  const silence = watchSilence(evidence, () => worker.kill('SIGKILL'));
  const abort = (): boolean => worker.kill('SIGKILL');
  signal.addEventListener('abort', abort, { once: true });
  try {
    const end = await new Promise<Omit<LifeEnd, 'hung' | 'complaint'>>((resolve, reject) => {
      worker.on('error', reject);
      worker.on('close', (exitCode, exitSignal) => resolve({ exitCode, signal: exitSignal }));
    });
    signal.throwIfAborted();
    return { ...end, hung: silence.hung(), complaint: complaint.trim() };
  } finally {
    silence.stop();
    signal.removeEventListener('abort', abort);
  }
}

function watchSilence(
  evidence: readonly string[],
  onSilence: () => void,
): { readonly hung: () => boolean; readonly stop: () => void } {
  let size = -1;
  let hung = false;
  const watch = setInterval(() => {
    const grown = evidence
      .map((path) => statSync(path, { throwIfNoEntry: false })?.size ?? 0)
      .reduce((sum, each) => sum + each, 0);
    if (evidence.length === 0 || grown > size) {
      size = grown;
      return;
    }
    hung = true;
    onSilence();
  }, silenceLimitMs);
  return { hung: () => hung, stop: () => clearInterval(watch) };
}
