import { expect, test } from 'vitest';
import { createScreen } from './create-screen.ts';

function openScreen(redraws: boolean): ReturnType<typeof createScreen> & { shown: () => string } {
  let written = '';
  const screen = createScreen({
    write: (text) => {
      written += text;
    },
    redraws,
  });
  return { ...screen, shown: () => asSeen(written) };
}

/** What a terminal shows after these bytes: it knows "n lines up" and "erase what is below". */
function asSeen(written: string): string {
  const [first = '', ...rest] = written.split('\u001B[');
  return rest.reduce((seen, part) => {
    if (part.startsWith('J')) return seen + part.slice(1);
    const [, up = '0', text = ''] = /^(\d+)A\r([\s\S]*)$/.exec(part) ?? [];
    const lines = seen.split('\n').slice(0, -1);
    return `${lines.slice(0, lines.length - Number(up)).join('\n')}\n`.replace(/^\n$/, '') + text;
  }, first);
}

test('a board is drawn over itself and stays below what is said', () => {
  const { progress, board, shown } = openScreen(true);
  progress('start');
  board('a .\nb');
  progress('half');
  board('a .\nb .');
  expect(shown()).toBe('start\nhalf\na .\nb .\n');
});

test('an empty board is gone', () => {
  const { progress, board, shown } = openScreen(true);
  board('a\nb');
  board('');
  progress('end');
  expect(shown()).toBe('end\n');
});

test('off a terminal nothing is drawn and nothing is erased', () => {
  const { progress, stream, board, shown } = openScreen(false);
  board('a\nb');
  stream('Hel');
  stream('lo\n');
  progress('end');
  expect(shown()).toBe('Hello\nend\n');
});
