import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';

/** A process that works until it is aborted, and then cleans up: for a moment, or for ever. */
async function startWork(options: {
  readonly echoMs: number;
  readonly cleanupMs: number;
  readonly cleansUp: boolean;
}): Promise<{ readonly work: ChildProcess; readonly said: (text: string) => Promise<void> }> {
  const { echoMs, cleanupMs, cleansUp } = options;
  const program = `
    import { Interruption } from './scripts/cli/interruption.ts';
    const interruption = new Interruption({
      exit: (code) => process.exit(code), echoMs: ${echoMs}, cleanupMs: ${cleanupMs},
    });
    const working = setInterval(() => undefined, 1_000);
    const finish = () => { clearInterval(working); process.exitCode = interruption.exitCode; };
    process.on('SIGUSR2', finish);
    interruption.signal.addEventListener('abort', () => {
      console.log('aborted');
      ${cleansUp ? 'finish();' : ''}
    });
    console.log('working');
  `;
  const args = ['--input-type=module-typescript', '--eval', program];
  const work = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void work.kill('SIGKILL'));
  let output = '';
  work.stdout.setEncoding('utf8');
  const said = async (text: string): Promise<void> => {
    while (!output.includes(text)) output += String((await once(work.stdout, 'data'))[0]);
  };
  await said('working');
  return { work, said };
}

async function exitOf(work: ChildProcess): Promise<number | null> {
  if (work.exitCode !== null) return work.exitCode;
  await once(work, 'exit');
  return work.exitCode;
}

const longMs = 600_000;

test.for([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s aborts, waits for the cleanup and exits with %i', async ([signal, code]) => {
  const { work, said } = await startWork({ echoMs: longMs, cleanupMs: longMs, cleansUp: true });
  work.kill(signal);
  await said('aborted');
  expect(await exitOf(work)).toBe(code);
});

test('a second Ctrl-C does not wait for the cleanup', async () => {
  const { work, said } = await startWork({ echoMs: 0, cleanupMs: longMs, cleansUp: false });
  work.kill('SIGINT');
  await said('aborted');
  work.kill('SIGINT');
  expect(await exitOf(work)).toBe(130);
});

test('the echo of the first Ctrl-C is not a second one', async () => {
  const { work, said } = await startWork({ echoMs: longMs, cleanupMs: longMs, cleansUp: false });
  work.kill('SIGINT');
  await said('aborted');
  work.kill('SIGTERM');
  // The process is still there to clean up: had the echo ended it, it would not take this signal.
  work.kill('SIGUSR2');
  expect(await exitOf(work)).toBe(130);
});

test('a cleanup that does not end is cut short', async () => {
  const { work, said } = await startWork({ echoMs: longMs, cleanupMs: 1, cleansUp: false });
  work.kill('SIGTERM');
  await said('aborted');
  expect(await exitOf(work)).toBe(143);
});
