/**
 * Who may know whom: one table, enforced by `boundaries.test.ts`.
 * Type-only and lazy imports count: to name a thing is to depend on it.
 */

import { posix } from 'node:path';
import { isTest, type Reference, referencesOf, type SourceFile } from './source-file.ts';

/** Each top folder may enter only the doors listed here (package.json "imports"). */
const doors: Readonly<Record<string, readonly string[]>> = {
  harness: [],
  recordings: ['#harness', '#harness/testing', '#harness/values'],
  scenarios: ['#harness', '#harness/server', '#harness/testing', '#recordings'],
  evals: ['#harness', '#recordings', '#scenarios'],
  bench: ['#harness', '#harness/testing', '#recordings', '#recordings/viewer', '#scenarios'],
  // Examples for those who bring an agent of their own: they show the doors, and nobody knows them.
  docs: [
    '#harness',
    '#harness/testing',
    '#recordings',
    '#scenarios',
    '#scenarios/vitest',
    '#evals',
  ],
  scripts: [
    '#harness',
    '#harness/client',
    '#harness/server',
    '#harness/testing',
    '#harness/values',
    '#recordings',
    '#recordings/importers',
    '#recordings/story',
    '#recordings/viewer',
    '#scenarios',
    '#evals',
    '#bench',
  ],
};

/** Inside the harness: area -> areas it may know. Files at the harness root may know all but `testing`. */
const areas: Readonly<Record<string, readonly string[]>> = {
  host: [],
  session: ['host'],
  tools: ['host', 'session'],
  memory: ['host', 'session', 'safety'],
  model: ['host'],
  safety: ['host', 'session'],
  sandbox: ['host', 'session', 'tools'],
  agent: ['host', 'session', 'tools', 'memory', 'model', 'safety'],
  supervision: ['host', 'session', 'tools', 'memory', 'agent', 'safety'],
  durable: ['host', 'session'],
  storage: ['host', 'session', 'memory', 'safety'],
  telemetry: ['host', 'session'],
  client: ['host', 'session'],
  server: ['host', 'session', 'agent', 'tools', 'client'],
};

interface Ownership {
  readonly packages: RegExp;
  readonly owners: RegExp;
  /** Places that may name the types of the package and load nothing of it. */
  readonly typesOnlyIn?: RegExp;
}

/** npm packages that only one place, and tests where said, may name. */
const ownerships: readonly Ownership[] = [
  // The bench measures our steps beside what somebody would write over DBOS by hand: that one file is such a somebody.
  {
    packages: /^@dbos-inc\//,
    owners: /^harness\/durable\/|^bench\/cases\/hand-written\.ts$|\.test\.ts$/,
  },
  {
    packages: /^(drizzle-orm|drizzle-kit|pg|@electric-sql\/pglite)(\/|$)/,
    owners: /^harness\/storage\/|^drizzle\.config\.ts$|^(?!bench\/).*\.test\.ts$/,
  },
  {
    packages: /^vitest(\/|$)/,
    owners: /^scenarios\/vitest\/|\.test\.ts$|^vitest\.(config|setup)\.ts$/,
  },
  // The bench measures a replay beside what else there is, msw among it.
  {
    packages: /^(msw|nock|@copilotkit\/aimock|@pollyjs\/[a-z-]+)(\/|$)/,
    owners: /^recordings\/|^bench\/cases\/peers\.ts$|\.test\.ts$/,
  },
  { packages: /^(hono|@hono\/.+|ws)(\/|$)/, owners: /^harness\/server\/|\.test\.ts$/ },
  { packages: /^pino(\/|$)/, owners: /^harness\/(host|telemetry)\// },
  { packages: /^run(\/|$)/, owners: /^harness\/sandbox\// },
  { packages: /^playwright-core(\/|$)/, owners: /\.test\.ts$|^bench\/measure-view\.ts$/ },
  { packages: /^yaml$/, owners: /^recordings\/importers\// },
  { packages: /^commander$/, owners: /^scripts\// },
  { packages: /^tinybench$/, owners: /^bench\// },
  {
    packages: /^@ai-sdk\/provider$/,
    owners: /^harness\/(agent|model|tools|testing)\/|\.test\.ts$/,
    typesOnlyIn: /^recordings\/|^harness\/[^/]+\.ts$|^bench\/cases\/replayed-call\.ts$/,
  },
  {
    packages: /^(ai|@ai-sdk\/.+)(\/|$)/,
    owners:
      /^harness\/(agent|memory|model|tools|testing)\/|^recordings\/testing\/|^docs\/examples\/|^bench\/cases\/replayed-call\.ts$|\.test\.ts$/,
    typesOnlyIn: /^harness\/supervision\//,
  },
  { packages: /^gpt-tokenizer(\/|$)/, owners: /^harness\/memory\// },
];

/** A reference that the table forbids. */
export interface Breach {
  readonly file: string;
  readonly specifier: string;
  readonly rule: string;
}

export function findBreaches(files: readonly SourceFile[]): readonly Breach[] {
  return files.flatMap((file) =>
    referencesOf(file).flatMap((reference) => {
      const rule = brokenRule(file.path, reference);
      return rule === undefined ? [] : [{ file: file.path, specifier: reference.specifier, rule }];
    }),
  );
}

/** The rule that `file` breaks by naming this module, or undefined. */
export function brokenRule(file: string, { specifier, isType }: Reference): string | undefined {
  if (specifier.startsWith('#')) return brokenDoor(file, specifier);
  if (specifier.startsWith('.')) return brokenNeighbourhood(file, specifier);
  const owned = ownerships.find(({ packages }) => packages.test(specifier));
  if (owned === undefined || owned.owners.test(file)) return undefined;
  if (owned.typesOnlyIn?.test(file)) {
    return isType ? undefined : `${topOf(file)} may take only types from ${specifier}`;
  }
  return `only ${owned.owners.source} may import ${specifier}`;
}

function brokenDoor(file: string, door: string): string | undefined {
  const open = doors[topOf(file)]?.includes(door) || (isTest(file) && door === '#harness/testing');
  return open ? undefined : `${topOf(file)} must not know ${door}`;
}

function brokenNeighbourhood(file: string, specifier: string): string | undefined {
  const [folder = '', area = ''] = file.split('/');
  const target = posix.join(posix.dirname(file), specifier);
  const [targetFolder = '', targetArea = ''] = target.split('/');
  // package.json and the like stand beside the folders and belong to nobody.
  if (!(targetFolder in doors)) return undefined;
  if (folder !== targetFolder) return `enter ${targetFolder} by its door, #${targetFolder}`;
  if (folder !== 'harness' || isTest(file) || area === targetArea || area === 'testing') {
    return undefined;
  }
  if (targetArea === 'testing') return 'harness/testing is for tests';
  const known = areas[area];
  if (known === undefined || known.includes(targetArea)) return undefined;
  return `harness/${area} must not know harness/${targetArea}`;
}

function topOf(file: string): string {
  return file.split('/')[0] ?? '';
}
