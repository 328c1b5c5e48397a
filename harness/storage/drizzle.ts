import { createRequire } from 'node:module';
import type * as Orm from 'drizzle-orm';
import type * as NodePostgres from 'drizzle-orm/node-postgres';
import type * as Migrator from 'drizzle-orm/node-postgres/migrator';
import type * as PgCore from 'drizzle-orm/pg-core';

// Loaded as CommonJS on purpose: through the ESM loader drizzle's hundred modules each re-read its package.json, which
// costs several times the start-up of everything else here (a worker is started twice for every crash point).
const load = createRequire(import.meta.url);

const core: typeof PgCore = load('drizzle-orm/pg-core');
const orm: typeof Orm = load('drizzle-orm');
const nodePostgres: typeof NodePostgres = load('drizzle-orm/node-postgres');
const migrator: typeof Migrator = load('drizzle-orm/node-postgres/migrator');

export const {
  bigint,
  boolean,
  integer,
  jsonb,
  pgPolicy,
  pgRole,
  pgSchema,
  primaryKey,
  text,
  timestamp,
  unique,
} = core;
export const { and, asc, eq, gt, inArray, sql } = orm;
export const { drizzle } = nodePostgres;
export const { migrate } = migrator;
