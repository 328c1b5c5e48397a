import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
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

const workerPath = fileURLToPath(new URL('worker-process.ts', import.meta.url));

/** Progress, not time: only a worker that does nothing for this long is hung, however slow the machine. */
const silenceLimitMs = 60_000;
const complaintLength = 2_000;

/** Runs one life of a worker in a process of its own. Ends with it; an abort kills it. */
export async function runLife(order: WorkerOrder, signal: AbortSignal): Promise<LifeEnd> {
  signal.throwIfAborted();
  const worker = spawn(process.execPath, [workerPath, JSON.stringify(order)], {
    // The pipe to stdin is how the worker learns that the verifier is gone.
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let complaint = '';
  worker.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-complaintLength);
  });
  const silence = watchSilence(order.evidence, () => worker.kill('SIGKILL'));
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
  evidence: string,
  onSilence: () => void,
): { readonly hung: () => boolean; readonly stop: () => void } {
  let size = -1;
  let hung = false;
  const watch = setInterval(() => {
    const grown = statSync(evidence, { throwIfNoEntry: false })?.size ?? 0;
    if (grown > size) {
      size = grown;
      return;
    }
    hung = true;
    onSilence();
  }, silenceLimitMs);
  return { hung: () => hung, stop: () => clearInterval(watch) };
}
