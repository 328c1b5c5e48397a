import { createRequire } from 'node:module';

// Loaded as CommonJS on purpose: through the ESM loader drizzle's hundred modules each re-read its package.json, which
// costs several times the start-up of everything else here (a worker is started twice for every crash point).
const load = createRequire(import.meta.url);

const core: typeof import('drizzle-orm/pg-core') = load('drizzle-orm/pg-core');
const orm: typeof import('drizzle-orm') = load('drizzle-orm');
const nodePostgres: typeof import('drizzle-orm/node-postgres') = load('drizzle-orm/node-postgres');
const migrator: typeof import('drizzle-orm/node-postgres/migrator') = load(
  'drizzle-orm/node-postgres/migrator',
);

export const { bigint, integer, jsonb, pgSchema, primaryKey, text, timestamp, unique } = core;
export const { and, asc, eq, gt, sql } = orm;
export const { drizzle } = nodePostgres;
export const { migrate } = migrator;
