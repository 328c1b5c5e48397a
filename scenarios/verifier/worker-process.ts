import { z } from 'zod';
import { workerOrderSchema } from './worker-order.ts';

// The process that is killed. The only file that calls process.kill.

// Compiling schemas pays off in a long life; this one is over before it would.
z.config({ jitless: true });

/** SIGKILL, sent by the process to itself: no handler runs, no buffer is flushed, no connection is closed politely. */
function die(): never {
  process.kill(process.pid, 'SIGKILL');
  // The signal is fatal before the call above returns; should it ever not be, nothing more may run in this life.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  throw new Error('a killed process went on');
}

/** SIGSTOP: the whole process stands still, connections open and locks held, until it is sent SIGCONT. */
function stop(): void {
  process.kill(process.pid, 'SIGSTOP');
}

// A worker whose verifier is gone has no reason to live: the pipe to it ends.
process.stdin.resume();
process.stdin.on('end', die);

const { liveOnce } = await import('./worker-life.ts');
await liveOnce(workerOrderSchema.parse(JSON.parse(process.argv[2] ?? '{}')), { kill: die, stop });
process.exitCode = 0;
process.stdin.destroy();
