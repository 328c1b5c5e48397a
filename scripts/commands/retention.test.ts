import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openAudit, openHarnessDatabase } from '#harness';
import type { CommandResult } from '../cli/define-command.ts';
import { quietIo } from '../cli/quiet-io.ts';
import { retention } from './retention.ts';

let directory: string;
let dataDir: string;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'retention-'));
  dataDir = join(directory, 'data');
  await using database = await openHarnessDatabase({ kind: 'pglite', dataDir });
  await database.pool.query(
    `insert into groundhog.sessions (session_id, created_at)
     values ('old', now() - interval '31 days'), ('young', now() - interval '29 days')`,
  );
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const retain = (raw: Readonly<Record<string, string | boolean>>): Promise<CommandResult> =>
  retention.start(raw, quietIo);

test('says what would go, deletes it, and has nothing to delete the next time', async () => {
  expect(await retain({ dataDir, olderThan: '30d', dryRun: true })).toMatchObject({
    exitCode: 0,
    text: 'Would delete 1 session.',
    json: { sessions: ['old'], isDryRun: true },
  });
  expect(await retain({ dataDir, olderThan: '30d' })).toMatchObject({
    exitCode: 0,
    text: 'Deleted 1 session: 0 runs, 0 events, 0 pieces of text, 0 records, 0 approvals.',
    json: { sessions: ['old'], kept: [], isDryRun: false },
  });
  expect(await retain({ dataDir, olderThan: '720h' })).toMatchObject({ json: { sessions: [] } });
  await using database = await openHarnessDatabase({ kind: 'pglite', dataDir });
  const { rows } = await database.pool.query('select session_id from groundhog.sessions');
  expect(rows).toEqual([{ session_id: 'young' }]);
  const audit = await openAudit(database);
  expect(await audit.read('unknown', 0)).toMatchObject([{ subject: 'old' }]);
});

test.each([
  [{ olderThan: '30d' }, '--database-url'],
  [{ dataDir: '/nowhere/at/all', olderThan: '30d' }, 'there is no'],
  [{}, '--older-than'],
  [{ olderThan: '30' }, '30d'],
  [{ olderThan: '0d' }, '30d'],
])('%j is refused as wrong usage', async (raw, words) => {
  await expect(retain(raw)).rejects.toThrow(words);
});
