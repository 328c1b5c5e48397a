import { expect, test } from 'vitest';
import { type Cell, renderMatrix } from './matrix.ts';
import { coloured, plain } from './paint.ts';

const cells: readonly Cell[] = [
  { step: 'model#1', moment: 'before', verdict: 'CLEAN' },
  { step: 'model#1', moment: 'inside', verdict: 'CLEAN' },
  { step: 'model#1', moment: 'after', verdict: 'INVALID' },
  { step: 'issueRefund#1', moment: 'before', verdict: 'CLEAN' },
  { step: 'issueRefund#1', moment: 'inside', verdict: 'VIOLATION' },
  { step: 'issueRefund#1', moment: 'after' },
];

test('steps are rows, moments are columns, what was not tried is blank', () => {
  expect(`\n${renderMatrix(cells, plain)}\n`).toBe(`
step           before  inside  after
model#1          .       .       ?
issueRefund#1    .       X
`);
});

test('a moment nobody asked for has no column', () => {
  const inside = cells.filter(({ moment }) => moment === 'inside');
  expect(renderMatrix(inside, plain)).toBe(
    ['step           inside', 'model#1          .', 'issueRefund#1    X'].join('\n'),
  );
});

test('colours change nothing but the colour', () => {
  const painted = renderMatrix(cells, coloured);
  expect(painted).toContain('\u001B[31mX');
  // oxlint-disable-next-line no-control-regex -- the colour codes are what is taken out
  expect(painted.replaceAll(/\u001B\[\d+m/g, '')).toBe(renderMatrix(cells, plain));
});
