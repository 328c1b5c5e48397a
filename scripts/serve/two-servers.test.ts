import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { databaseKeys, openHarnessDatabase, systemHost } from '#harness';
import { connect } from '#harness/client';
import { issueApiKey } from '#harness/server';
import { startPostgres } from '#harness/testing';
import { scenarioNamed } from '#scenarios';

// Two served desks on one PostgreSQL, and clients that do not care which of them they speak to.

const launcher = join(import.meta.dirname, '../groundhog.js');

interface Server {
  readonly url: string;
  readonly child: ChildProcess;
}

async function serve(name: string, databaseUrl: string, keyFile: string): Promise<Server> {
  const options = {
    name,
    'database-url': databaseUrl,
    'key-file': keyFile,
    port: String(await freePort()),
  };
  const flags = Object.entries(options).flatMap(([flag, value]) => [`--${flag}`, value]);
  const args = [launcher, 'serve', '--scenario', 'H-01', '--pace', '1', ...flags];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  });
  const said: string[] = [];
  for await (const line of createInterface(child.stderr)) {
    said.push(line);
    const [, url] = /ready at (\S+)/.exec(line) ?? [];
    if (url !== undefined) return { url, child };
  }
  throw new Error(said.join('\n'));
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** The request is told before it is entered, and where the first server died between the two, the second enters it. */
async function decideOnceEntered(staff: ReturnType<typeof connect>, path: string): Promise<void> {
  for (let left = 300; ; left -= 1) {
    try {
      await staff.ask(path, { verdict: 'approve', reason: 'lost indeed' });
      return;
    } catch (error) {
      if (left === 0) throw error;
      await setTimeout(200);
    }
  }
}

test('a run begun at one server is watched and approved at another, which finishes it when the first is killed', {
  timeout: 300_000,
}, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'groundhog-servers-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  await using postgres = await startPostgres();
  const url = await postgres.createDatabase('desk');
  await using database = await openHarnessDatabase({ kind: 'postgres', url });
  const { principal, messages } = scenarioNamed('H-01');
  const keys = await databaseKeys(database);
  const keyOf = async (id: string, role: string): Promise<string> => {
    const person = { id, role, tenant: principal.tenant };
    return (await issueApiKey(keys, person, systemHost().random)).key;
  };
  const keyFile = join(directory, 'keys');
  const first = await serve('one', url, keyFile);
  const second = await serve('two', url, keyFile);
  const sessionId = 's1';
  const key = await keyOf(principal.id, principal.role);
  const atFirst = connect({ url: first.url, key, sessionId });
  const atSecond = connect({ url: second.url, key, sessionId });
  const staff = connect({ url: second.url, key: await keyOf('ana', 'billing_agent'), sessionId });
  try {
    await atFirst.send({ messageId: 'm1', text: messages[0]?.text ?? '' });
    const seen: { readonly seq: number; readonly type: string }[] = [];
    for await (const item of atSecond.items()) {
      if (item.kind !== 'event') continue;
      const { seq, fact } = item.event;
      seen.push({ seq, type: fact.type });
      if (fact.type === 'approval-requested') {
        const ended = once(first.child, 'exit');
        first.child.kill('SIGKILL');
        await ended;
        const approvalId = encodeURIComponent(`${sessionId}/${item.event.runId}/${fact.question}`);
        await decideOnceEntered(staff, `/v1/approvals/${approvalId}/decision`);
      }
      if (fact.type === 'run-completed' || fact.type === 'run-failed') break;
    }
    const types = seen.map(({ type }) => type);
    expect(seen.map(({ seq }) => seq)).toEqual(seen.map((_, index) => index + 1));
    expect(types.filter((type) => type === 'approval-decided')).toHaveLength(1);
    expect(types.filter((type) => type === 'run-started')).toHaveLength(1);
    expect(types.at(-1)).toBe('run-completed');
  } finally {
    for (const connection of [atFirst, atSecond, staff]) connection.close();
  }
});
