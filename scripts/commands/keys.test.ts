import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { databaseKeys, openAudit, openHarnessDatabase, verifyAudit } from '#harness';
import type { CommandResult } from '../cli/define-command.ts';
import { quietIo } from '../cli/quiet-io.ts';
import { keys } from './keys.ts';

let directory: string;
let dataDir: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'keys-'));
  dataDir = join(directory, 'data');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const run = (action: string, raw: Readonly<Record<string, string>> = {}): Promise<CommandResult> =>
  keys.start({ action, dataDir, ...raw }, quietIo);

const issuedSchema = z.object({ keyId: z.string(), key: z.string(), kind: z.string() });

const issue = async (action: string, raw: Readonly<Record<string, string>>) =>
  issuedSchema.parse((await run(action, raw)).json);

const worker = { principal: 'svc_worker', role: 'worker', tenant: 'maple', kind: 'service' };

test('a key is shown once, listed without itself, replaced and revoked; only its hash is at rest, and the audit says so', async () => {
  const person = await issue('create', {
    principal: 'emp_lena',
    role: 'supervisor',
    tenant: 'maple',
  });
  const first = await issue('create', worker);
  expect([person.key.slice(0, 4), first.key.slice(0, 4)]).toEqual(['ghk_', 'ghs_']);
  const second = await issue('rotate', { id: first.keyId });
  expect(second).toMatchObject({ kind: 'service' });
  expect(await run('revoke', { id: person.keyId })).toMatchObject({
    exitCode: 0,
    text: `${person.keyId} opens nothing any more.`,
  });

  const listed = await run('list', { tenant: 'maple' });
  const list = z
    .object({ keys: z.array(z.object({ keyId: z.string(), isRevoked: z.boolean() })) })
    .parse(listed.json).keys;
  expect(Object.fromEntries(list.map(({ keyId, isRevoked }) => [keyId, isRevoked]))).toEqual({
    [person.keyId]: true,
    [first.keyId]: true,
    [second.keyId]: false,
  });
  expect(JSON.stringify(listed)).not.toMatch(/gh[ks]_/);
  expect(listed.text).toContain(`${second.keyId}  service  svc_worker (worker of maple)`);
  expect(await run('list', { tenant: 'other' })).toMatchObject({ text: 'No keys.' });

  await using database = await openHarnessDatabase({ kind: 'pglite', dataDir });
  const store = await databaseKeys(database);
  expect((await store.list()).filter(({ isRevoked }) => !isRevoked)).toHaveLength(1);
  const audited = await (await openAudit(database)).read('maple', 0);
  expect(verifyAudit(audited)).toMatchObject({ ok: true });
  expect(audited.map(({ action, subject }) => [action, subject])).toEqual([
    ['key-created', person.keyId],
    ['key-created', first.keyId],
    ['key-created', second.keyId],
    ['key-revoked', first.keyId],
    ['key-revoked', person.keyId],
  ]);
  await database.pool.query('checkpoint');
  // What is kept is found by the same look.
  const looked = [person.key, first.key, second.key, second.keyId];
  expect(atRest(looked)).toEqual([second.keyId]);
}, 120_000);

/** Which of the texts some file of the database holds. */
function atRest(texts: readonly string[]): readonly string[] {
  const found = new Set<string>();
  for (const name of readdirSync(dataDir, { recursive: true, encoding: 'utf8' })) {
    const file = join(dataDir, name);
    if (!statSync(file).isFile()) continue;
    const content = readFileSync(file);
    for (const text of texts) if (content.includes(text)) found.add(text);
  }
  return [...found];
}

test.each([
  ['create', { principal: 'x', role: 'y' }, '--principal, --role and --tenant'],
  ['revoke', {}, 'takes the id of a key'],
  ['rotate', { id: 'key_of_nobody' }, 'There is no live key key_of_nobody'],
])(
  'keys %s that cannot be done is refused: %o',
  async (action, raw, said) => {
    await expect(run(action, raw)).rejects.toThrow(said);
  },
  60_000,
);
