// The command line from outside: what is on stdout, what on stderr, and the exit code.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';

interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | null;
}

async function groundhog(...args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, ['scripts/groundhog.js', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { stdout, stderr, exitCode: child.exitCode };
}

test('the help is a result', async () => {
  const { stdout, stderr, exitCode } = await groundhog('--help');
  for (const name of ['record', 'replay', 'crash', 'eval', 'bench', 'demo']) {
    expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
  }
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
});

test('the help of a command says what holds when nothing is given', async () => {
  const { stdout, exitCode } = await groundhog('crash', '--help');
  expect(stdout).toContain('--parallel <n>');
  expect(stdout).toContain('(default: pglite-server)');
  expect(exitCode).toBe(0);
});

test.for([
  ['crsh', [], "unknown command 'crsh' (Did you mean crash?)"],
  ['crash', ['R-01', '--bakend', 'x'], "unknown option '--bakend' (Did you mean --backend?)"],
  ['crash', [], "missing required argument 'scenario'."],
  ['crash', ['R-01', '--parallel', 'many'], '--parallel takes a whole number'],
] as const)('%s %j is refused in one line, without a stack', async ([command, args, words]) => {
  const { stdout, stderr, exitCode } = await groundhog(command, ...args);
  expect(stderr).toMatch(/^error USAGE: [^\n]*\n$/);
  expect(stderr).toContain(words);
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
});

test('with --json a refusal is one object on stdout', async () => {
  const { stdout, exitCode } = await groundhog('crash', '--json');
  expect(JSON.parse(stdout)).toEqual({
    error: {
      code: 'USAGE',
      message: expect.stringContaining("missing required argument 'scenario'"),
      hint: expect.stringContaining('--help'),
    },
  });
  expect(exitCode).toBe(2);
});

test('a reader that leaves early is not an error', async () => {
  const child = spawn(process.execPath, ['scripts/groundhog.js', '--help'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.destroy();
  const [stderr] = await Promise.all([text(child.stderr), once(child, 'close')]);
  expect({ stderr, exitCode: child.exitCode }).toEqual({ stderr: '', exitCode: 0 });
});
