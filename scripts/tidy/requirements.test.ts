import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readNameable } from './read-nameable.ts';
import { findMisstatements, requirementNumbers } from './requirements.ts';

const path = 'docs/requirements.md';
const page = readFileSync(path, 'utf8');
const nameable = readNameable(process.cwd());

test('every requirement is shown by something that exists, or said to be missing', () => {
  expect(findMisstatements(page, path, nameable)).toEqual([]);
  expect(requirementNumbers).toHaveLength(183);
});

/** H10 is on the page in either part; these pages say it in another way. */
function pageWith(row: string, part: 'shown' | 'not yet'): string {
  const without = page.replace(/^\| H10 \|.*\n/m, '');
  return part === 'shown'
    ? without.replace(/^## Not yet$/m, `${row}\n\n## Not yet`)
    : `${without.trimEnd()}\n${row}\n`;
}

test.for([
  ['leaves a number out', page.replace(/^\| H10 \|.*\n/m, ''), ['H10 stands 0 times on the page.']],
  [
    'says a number twice',
    `${page.trimEnd()}\n| H10 | CORE | again |\n`,
    ['H10 stands 2 times on the page.'],
  ],
  [
    'invents a number',
    `${page.trimEnd()}\n| H11 | CORE | invented |\n`,
    ['H11 is no requirement.'],
  ],
  [
    'invents a class',
    pageWith('| H10 | NICE | packages |', 'not yet'),
    ['H10 has the unknown class "NICE".'],
  ],
  [
    'shows nothing',
    pageWith('| H10 | CORE | packages | somehow |', 'shown'),
    ['H10 names nothing that shows it.'],
  ],
  [
    'names a missing file',
    pageWith('| H10 | CORE | packages | `scripts/tidy/nothing.test.ts` |', 'shown'),
    ['H10 names scripts/tidy/nothing.test.ts, which does not exist.'],
  ],
  [
    'names a missing command',
    pageWith('| H10 | CORE | packages | `npx groundhog hibernate` |', 'shown'),
    ['H10 names npx groundhog hibernate, which does not exist.'],
  ],
  [
    'names a missing script',
    pageWith('| H10 | CORE | packages | `npm run hibernate` |', 'shown'),
    ['H10 names npm run hibernate, which does not exist.'],
  ],
] as const)('a page that %s is told so', ([, wrong, misstatements]) => {
  expect(findMisstatements(wrong, path, nameable)).toEqual(misstatements);
});

test('a shown requirement may name files, npm scripts and commands', () => {
  const row =
    '| H10 | CORE | packages | `scripts/tidy/requirements.ts`, `npm run demo`, `npx groundhog eval` |';
  expect(findMisstatements(pageWith(row, 'shown'), path, nameable)).toEqual([]);
});
