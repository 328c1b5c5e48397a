import { expect, test } from 'vitest';
import { findOffences, houseRules } from './house-rules.ts';
import { parseSource, readSourceFiles } from './source-file.ts';

test('the house rules hold everywhere', () => {
  const files = readSourceFiles(process.cwd());
  expect(findOffences(files)).toEqual([]);
  expect(files.length).toBeGreaterThan(10);
});

test.for([
  ['a decorated class', '@sealed class Desk {}', '@sealed'],
  ['a decorated method', 'class Desk { @step() refund() {} }', '@step()'],
  ['an exported star', "export * from './desk.ts';", "export * from './desk.ts';"],
  ['a named star', "export * as desk from './desk.ts';", "export * as desk from './desk.ts';"],
  ['a star of types', "export type * from './desk.ts';", "export type * from './desk.ts';"],
  ['a mock', "import { test, vi } from 'vitest';", 'vi'],
  ['a silenced file', '/* oxlint-disable no-console */', 'oxlint-disable no-console'],
  [
    'an unexplained line',
    '// oxlint-disable-next-line no-console',
    'oxlint-disable-next-line no-console',
  ],
  ['an ignored error', '// @ts-ignore -- because', '@ts-ignore -- because'],
  ['an unexplained expected error', '// @ts-expect-error', '@ts-expect-error'],
] as const)('%s is an offence', ([, text, piece]) => {
  expect(findOffences([parseSource('harness/desk.ts', text)])).toMatchObject([
    { file: 'harness/desk.ts', piece },
  ]);
});

test('an explained exception is none', () => {
  const text = [
    '// oxlint-disable-next-line no-console -- the worker has no other voice',
    '// @ts-expect-error -- a text is not a number, which is the point',
    "import { expect, test } from 'vitest';",
    "export { desk } from './desk.ts';",
  ].join('\n');
  expect(findOffences([parseSource('harness/desk.ts', text)])).toEqual([]);
  expect(houseRules.length).toBeGreaterThan(3);
});
