import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { findUnpinned, findUnused } from './dependencies.ts';
import { parseSource, readSourceFiles } from './source-file.ts';

test('every promised package is used by code that ships', () => {
  expect(findUnused(readSourceFiles(process.cwd())), 'packages that nothing loads').toEqual([]);
});

test('the AI SDK is pinned exactly', () => {
  const { dependencies } = z
    .object({ dependencies: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync('package.json', 'utf8')));
  expect(findUnpinned(dependencies)).toEqual([]);
  expect(Object.keys(dependencies)).toContain('ai');
});

test('a range is not a pin', () => {
  expect(findUnpinned({ ai: '^7.0.0', '@ai-sdk/openai': 'latest', pg: '^8.0.0' })).toEqual([
    'ai@^7.0.0',
    '@ai-sdk/openai@latest',
  ]);
});

test.for([
  ['names only its types', 'harness/storage/pool.ts', "import type { Pool } from 'pg';", true],
  ['names another package', 'harness/storage/pool.ts', "import { Pool } from 'pg-pool';", true],
  ['is a test', 'harness/storage/pool.test.ts', "import { Pool } from 'pg';", true],
  ['loads it', 'harness/storage/pool.ts', "import { Pool } from 'pg';", false],
  ['loads it late', 'harness/storage/pool.ts', "await import('pg');", false],
] as const)('pg is unused where the only file %s: %s', ([, path, text, unused]) => {
  expect(findUnused([parseSource(path, text)]).includes('pg')).toBe(unused);
});
