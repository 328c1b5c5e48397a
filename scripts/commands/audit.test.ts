import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openAudit, openHarnessDatabase } from '#harness';
import type { CommandResult } from '../cli/define-command.ts';
import { quietIo } from '../cli/quiet-io.ts';
import { audit } from './audit.ts';

let directory: string;
let dataDir: string;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'audit-'));
  dataDir = join(directory, 'data');
  await using database = await openHarnessDatabase({ kind: 'pglite', dataDir });
  const store = await openAudit(database);
  for (const tenant of ['juniper', 'maple', 'maple', 'maple']) {
    const key = `${tenant}-${(await store.read(tenant, 0)).length}`;
    await store.append(
      {
        tenant,
        key,
        actor: 'cus_amara',
        action: 'tool-called',
        subject: 'issueRefund',
        isAllowed: true,
        reason: 'within the limit',
        detail: { amountMinor: 4900 },
      },
      1_763_642_565_123,
    );
  }
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const verify = (raw: Readonly<Record<string, string>>): Promise<CommandResult> =>
  audit.start({ action: 'verify', ...raw }, quietIo);

async function tamper(statement: string): Promise<void> {
  await using database = await openHarnessDatabase({ kind: 'pglite', dataDir });
  await database.pool.query(statement);
}

test('an audit that nobody touched holds; a row that was edited or cut off is named', async () => {
  const untouched = await verify({ dataDir });
  expect(untouched).toMatchObject({
    exitCode: 0,
    text: expect.stringContaining('4 rows hold'),
    json: {
      tenants: [
        { tenant: 'juniper', rows: 1 },
        { tenant: 'maple', rows: 3 },
      ],
      broken: [],
    },
  });
  const since = join(directory, 'since.json');
  writeFileSync(since, JSON.stringify(untouched.json));

  await tamper(`delete from groundhog.audit where tenant = 'juniper' or seq = 3`);
  expect(await verify({ dataDir })).toMatchObject({ exitCode: 0, json: { broken: [] } });
  expect(await verify({ dataDir, since })).toMatchObject({
    exitCode: 1,
    json: {
      tenants: [],
      broken: [
        { tenant: 'maple', seq: 3 },
        { tenant: 'juniper', seq: 1 },
      ],
    },
  });

  await tamper(`update groundhog.audit set is_allowed = false where tenant = 'maple' and seq = 2`);
  expect(await verify({ dataDir })).toMatchObject({
    exitCode: 1,
    text: 'broken  maple: row 2 was edited: its hash does not fit it\n1 broken, 0 rows hold',
  });

  await tamper('delete from groundhog.audit');
  expect(await verify({ dataDir })).toMatchObject({ exitCode: 2, json: { tenants: [] } });
});

test.each([
  [{}, '--database-url'],
  [{ dataDir: '/nowhere/at/all' }, 'there is no'],
  [{ dataDir: 'memory' }, 'there is no'],
  [{ action: 'repair' }, 'verify'],
  [{ since: '/nowhere/at/all' }, '--since'],
])('%j is refused as wrong usage', async (raw, words) => {
  await expect(verify(raw)).rejects.toThrow(words);
});
