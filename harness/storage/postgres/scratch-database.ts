import { HarnessError } from '../../host/harness-error.ts';
import { systemHost } from '../../host/host.ts';

export interface ScratchDatabase {
  readonly url: string;
  /** Removes it, whoever is still connected. */
  readonly drop: () => Promise<void>;
}

/** Creates an empty database with a name of its own on the server of `url`. Throws ScratchDatabaseError. */
export async function createScratchDatabase(url: string): Promise<ScratchDatabase> {
  const name = `groundhog_scratch_${systemHost().random.hex(6)}`;
  await execute(url, `create database ${name}`);
  const scratch = new URL(url);
  scratch.pathname = `/${name}`;
  return {
    url: scratch.href,
    drop: () => execute(url, `drop database if exists ${name} with (force)`),
  };
}

async function execute(url: string, statement: string): Promise<void> {
  const { Client } = await import('pg');
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    await client.query(statement);
  } catch (error) {
    throw new ScratchDatabaseError(url, statement, error);
  } finally {
    await client.end();
  }
}

export class ScratchDatabaseError extends HarnessError {
  constructor(url: string, statement: string, cause: unknown) {
    const { hostname, port, pathname } = new URL(url);
    super({
      code: 'SCRATCH_DATABASE_FAILED',
      message: `'${statement}' failed on ${hostname}:${port === '' ? '5432' : port}${pathname}: ${String(cause)}.`,
      hint: 'The crash sweep works in a database of its own: give it a server it can reach and a role that may create databases.',
      cause,
    });
  }
}
