import type { Pool } from 'pg';

// The schema's comment says what it was migrated to, so that opening a database that is up to date costs one query.

/** What the database was last migrated to, or null. */
export async function readSchemaMark(pool: Pool): Promise<string | null> {
  const { rows } = await pool.query<{ mark: string | null }>(
    `select obj_description(to_regnamespace('groundhog')) as mark`,
  );
  return rows[0]?.mark ?? null;
}

/** `mark` is a fingerprint: letters and digits. */
export async function writeSchemaMark(pool: Pool, mark: string): Promise<void> {
  // COMMENT takes no parameters.
  await pool.query(`comment on schema groundhog is '${mark}'`);
}

/** Whether policies decide what of the harness's tables this role is shown. */
export async function isVeiled(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query<{ veiled: boolean }>(
    `select row_security_active('groundhog.events') as veiled`,
  );
  return rows[0]?.veiled === true;
}
