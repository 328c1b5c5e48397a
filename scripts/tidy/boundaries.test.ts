import { expect, test } from 'vitest';
import { brokenRule, findBreaches } from './boundaries.ts';
import { parseSource, readSourceFiles } from './source-file.ts';

test('nobody knows whom they must not', () => {
  const files = readSourceFiles(process.cwd());
  expect(findBreaches(files)).toEqual([]);
  // A checker that reads nothing agrees with everything.
  expect(files.length).toBeGreaterThan(10);
  expect(files.flatMap(({ parsed }) => parsed.module.staticImports).length).toBeGreaterThan(20);
});

test.for([
  ['harness/agent/run-agent.ts', '../durable/dbos-steps.ts', /agent must not know .*durable/],
  ['harness/durable/dbos-steps.ts', '../agent/run-agent.ts', /durable must not know .*agent/],
  ['harness/agent/run-agent.ts', '../index.ts', /agent must not know harness\/index/],
  ['harness/create-harness.ts', './testing/manual-clock.ts', /testing is for tests/],
  ['harness/agent/run-agent.ts', '#recordings', /harness must not know #recordings/],
  ['harness/session/session.ts', 'drizzle-orm/node-postgres', /may import drizzle-orm/],
  ['harness/agent/run-agent.ts', '@dbos-inc/dbos-sdk', /only .*durable/],
  ['harness/durable/dbos-steps.ts', 'pg', /only .*storage/],
  ['bench/cases/step.ts', 'pg', /only .*storage/],
  ['bench/cases/step.test.ts', 'pg', /only .*storage/],
  ['recordings/recorder/record.ts', '@ai-sdk/provider', /only types/],
  ['recordings/recorder/record.ts', '@ai-sdk/openai', /may import @ai-sdk\/openai/],
  ['scenarios/desk/tools.ts', 'ai', /may import ai/],
  ['scenarios/desk/tools.ts', 'msw/node', /may import msw/],
  ['scenarios/verifier/explore.ts', 'vitest', /may import vitest/],
  ['evals/gate/gate.ts', 'commander', /may import commander/],
  ['evals/gate/gate.ts', '../../bench/index.ts', /enter bench by its door, #bench/],
  ['evals/gate/gate.ts', '#bench', /evals must not know #bench/],
  ['evals/gate/gate.ts', '#harness/testing', /evals must not know/],
  ['vitest.config.ts', './harness/index.ts', /enter harness by its door/],
] as const)('%s may not import %s', ([file, specifier, rule]) => {
  expect(brokenRule(file, { specifier, isType: false })).toMatch(rule);
});

test.for([
  ['harness/create-harness.ts', './durable/dbos-steps.ts', false],
  ['harness/testing/scripted-model.ts', '../agent/run-agent.ts', false],
  ['harness/agent/run-agent.test.ts', '../storage/open-storage.ts', false],
  ['evals/gate/gate.test.ts', '#harness/testing', false],
  ['recordings/recorder/record.ts', '@ai-sdk/provider', true],
  ['recordings/replayer/guard.ts', 'msw/node', false],
  ['harness/server/serve.ts', 'hono', false],
  ['drizzle.config.ts', 'drizzle-kit', false],
  ['harness/host/fingerprint.ts', '../../package.json', false],
] as const)('%s may import %s', ([file, specifier, isType]) => {
  expect(brokenRule(file, { specifier, isType })).toBeUndefined();
});

test.for([
  ["import 'pg';"],
  ["import type { Pool } from 'pg';"],
  ["export { Pool } from 'pg';"],
  ["export type * from 'pg';"],
  ["const pg = await import('pg');"],
  ['const pg = await import(`pg`);'],
  ["let pool: import('pg').Pool;"],
  ["require('pg');"],
  ["createRequire(import.meta.url)('pg');"],
  ["module.createRequire(import.meta.url)('pg');"],
  ["require.resolve('pg');"],
  ["createRequire(import.meta.url).resolve('pg');"],
  ["import.meta.resolve('pg');"],
  ["const load = createRequire(import.meta.url); load('pg');"],
] as const)('%s is seen', ([text]) => {
  expect(findBreaches([parseSource('evals/gate/gate.ts', text)])).toMatchObject([
    { file: 'evals/gate/gate.ts', specifier: 'pg' },
  ]);
});
