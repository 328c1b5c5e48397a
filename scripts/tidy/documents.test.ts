import { expect, test } from 'vitest';
import { findDeadNames, findMachineBound, readTextFiles } from './documents.ts';
import { readNameable } from './read-nameable.ts';

const nameable = readNameable(process.cwd());
const files = readTextFiles(process.cwd());

test('no file holds what is true of one machine only', () => {
  expect(files.flatMap(findMachineBound)).toEqual([]);
  expect(files.length).toBeGreaterThan(30);
});

test('what a document names exists', () => {
  const documents = files.filter(({ path }) => path.endsWith('.md') && path !== 'CHANGELOG.md');
  expect(documents.flatMap((document) => findDeadNames(document, nameable))).toEqual([]);
  expect(documents.map(({ path }) => path)).toContain('docs/requirements.md');
});

// In pieces, because this file is searched as well.
const slash = '/';
const resolved = 'resolved';

test.for([
  ['a Linux home', `cd ${slash}home/ada/groundhog`],
  ['a Mac home', `file:/${slash}${slash}Users/ada/groundhog`],
  ['the home of root', `open ${slash}root/groundhog`],
  ['a registry', `registry=https:${slash}${slash}registry.example.com:4873/`],
  ['a lock file entry from elsewhere', `"${resolved}": "https://example.com/pg.tgz"`],
] as const)('%s is found', ([, text]) => {
  expect(findMachineBound({ path: 'notes.md', text })).toHaveLength(1);
});

test.for([
  ['the public registry', `"${resolved}": "https://registry.npmjs.org/pg/-/pg.tgz"`],
  ['a route', 'GET /v1/home/ada'],
] as const)('%s is not', ([, text]) => {
  expect(findMachineBound({ path: 'notes.md', text })).toEqual([]);
});

test.for([
  ['a path', 'See `scripts/nothing.ts`.', 'scripts/nothing.ts'],
  ['a link', 'See [it](nothing.md).', 'nothing.md'],
  ['an npm script', 'Run `npm run nothing`.', 'npm run nothing'],
  ['a command', 'Run `npx groundhog nothing`.', 'npx groundhog nothing'],
  ['a tool', 'Run `npx nothing`.', 'npx nothing'],
  ['a typed command', '```sh\nnpx groundhog nothing R-01\n```', 'npx groundhog nothing R-01'],
] as const)('%s that does not exist is told', ([, text, named]) => {
  expect(findDeadNames({ path: 'docs/page.md', text }, nameable)).toEqual([
    `docs/page.md names ${named}`,
  ]);
});

test('what exists, patterns, addresses and code are left alone', () => {
  const text = [
    '`scripts/main.ts`, [requirements](requirements.md), [top](../package.json), `npm test`',
    '`npm run demo`, `npx groundhog --help`, `npx vitest run scripts`, `harness/*.ts`, `.groundhog/runs`, `x / y`',
    '[site](https://example.com/nothing.md)',
    '```sh',
    'npm ci && npm run demo',
    'npx groundhog crash R-01 --json',
    '```',
    '```ts',
    "import { nothing } from 'scripts/nothing.ts'; // `scripts/nothing.ts`",
    '```',
  ].join('\n');
  expect(findDeadNames({ path: 'docs/page.md', text }, nameable)).toEqual([]);
});
