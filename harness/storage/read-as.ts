import type { Pool } from 'pg';
import { drizzle } from './drizzle.ts';
import { unlessCutOff } from './unless-cut-off.ts';

/** Whose eyes a reading is done with. */
export interface ReadingRole {
  /** Neither may write anything; both read what is the tenant's. `groundhog_investigator` is for sub-agents. */
  readonly role: 'groundhog_tenant' | 'groundhog_investigator';
  readonly tenant: string;
}

/** Where statements go: a pool, or one client's transaction. */
export type SqlDatabase = Omit<ReturnType<typeof drizzle>, '$client'>;

/**
 * Reads under a role, in a transaction of its own: the database's policies decide what there is. Role and tenant are set
 * for the transaction and not for the connection, which serves somebody else next and which, on an embedded database, is
 * everybody's.
 */
export function readAs<Result>(
  pool: Pool,
  role: ReadingRole,
  read: (database: SqlDatabase) => Promise<Result>,
): Promise<Result> {
  return unlessCutOff(() => readOnce(pool, role, read));
}

async function readOnce<Result>(
  pool: Pool,
  { role, tenant }: ReadingRole,
  read: (database: SqlDatabase) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  let isWhole = false;
  try {
    // One round trip; SET takes no parameters.
    await client.query(
      `begin read only; set local role ${role}; set local groundhog.tenant = ${client.escapeLiteral(tenant)}`,
    );
    const result = await read(drizzle(client));
    await client.query('commit');
    isWhole = true;
    return result;
  } finally {
    // A connection that failed inside is closed, and what was set goes with it.
    client.release(!isWhole);
  }
}
