import { expect, test } from 'vitest';
import type { CommandIo } from '../cli/define-command.ts';
import { quietIo } from '../cli/quiet-io.ts';
import { UsageError } from '../cli/usage-error.ts';
import type { DemoFinding, DemoPart } from './demo-part.ts';
import { playDemo } from './play-demo.ts';

function part(title: string, play: () => DemoFinding): DemoPart {
  return { title, play: async () => play() };
}

function openIo(signal = new AbortController().signal): CommandIo & { said: readonly string[] } {
  const said: string[] = [];
  return {
    ...quietIo,
    said,
    progress: (line) => said.push(line),
    stream: (piece) => said.push(piece),
    signal,
  };
}

const held = part('One', () => ({ held: true, found: 'well', details: 'in detail' }));

test('a demo in which everything held ends with 0 and says what that means', async () => {
  const io = openIo();
  const { exitCode, text } = await playDemo(io, [held, held]);
  expect(exitCode).toBe(0);
  expect(text).toMatch(/^1\. held {3}One: well \(.* s\)\n2\. held/);
  expect(text).toContain('All of it held');
  expect(io.said).toContain('in detail');
});

test.for([
  ['finds something wrong', part('Two', () => ({ held: false, found: 'not well' })), 'not well'],
  [
    'throws',
    part('Two', () => {
      throw new UsageError('not there.');
    }),
    'not there.',
  ],
] as const)(
  'a part that %s fails the demo, and the rest is still played',
  async ([, broken, words]) => {
    const { exitCode, text } = await playDemo(openIo(), [broken, held]);
    expect(exitCode).toBe(1);
    expect(text).toContain(`1. FAILED Two: ${words}`);
    expect(text).toContain('2. held   One');
    expect(text).toContain('1 of 2 parts did not hold.');
  },
);

test('a demo without parts has shown nothing', async () => {
  expect((await playDemo(openIo(), [])).exitCode).toBe(1);
});

test('Ctrl-C ends the demo', async () => {
  const reason = new Error('stopped');
  const broken = part('Two', () => {
    throw new Error('cut off');
  });
  await expect(playDemo(openIo(AbortSignal.abort(reason)), [broken, held])).rejects.toBe(reason);
});
