import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { databaseKeys, openHarnessDatabase, systemHost } from '#harness';
import { issueApiKey } from '#harness/server';

const launcher = join(import.meta.dirname, '../groundhog.js');
const patienceMs = 60_000;

/** All that were started, to be ended whatever happened. */
const children: ChildProcess[] = [];

interface Talking {
  /** Types a line. */
  readonly type: (line: string) => void;
  /** Resolves when the process has said it, behind what was waited for before. */
  readonly hears: (said: string | RegExp) => Promise<void>;
  /** Ends the input; resolves with the exit code. */
  readonly leave: () => Promise<number | null>;
}

/** A `groundhog` of its own, as somebody at a terminal talks to it. */
function groundhog(...given: readonly string[]): Talking {
  const child = spawn(process.execPath, [launcher, ...given], { stdio: 'pipe' });
  children.push(child);
  let heard = '';
  let change = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece: string) => {
      heard += piece;
      change.resolve();
    });
  }
  const exit = once(child, 'close').then(() => {
    change.resolve();
    return child.exitCode;
  });
  return {
    type: (line) => void child.stdin.write(`${line}\n`),
    hears: async (said) => {
      const late = AbortSignal.timeout(patienceMs);
      for (;;) {
        const at = typeof said === 'string' ? heard.indexOf(said) : heard.search(said);
        if (at >= 0) {
          heard = heard.slice(at + 1);
          return;
        }
        if (late.aborted || child.exitCode !== null) {
          throw new Error(`never said ${String(said)}, but:\n${heard}`);
        }
        change = Promise.withResolvers();
        const alarm = setTimeout(change.resolve, 1_000);
        await change.promise;
        clearTimeout(alarm);
      }
    },
    leave: async () => {
      child.stdin.end();
      return exit;
    },
  };
}

let directory: string;
let url: string;
let server: Talking;
const keys = { hana: '', ana: '' };
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'groundhog-chat-'));
  const dataDir = join(directory, 'data');
  {
    await using database = await openHarnessDatabase({ kind: 'pglite', dataDir });
    const store = await databaseKeys(database);
    const { random } = systemHost();
    const hana = { id: 'cus_1008', role: 'customer', tenant: 'larkspur' };
    const ana = { id: 'ana', role: 'billing_agent', tenant: 'larkspur' };
    keys.hana = (await issueApiKey(store, hana, random)).key;
    keys.ana = (await issueApiKey(store, ana, random)).key;
  }
  const port = String(await freePort());
  url = `http://127.0.0.1:${port}`;
  const where = ['--data-dir', dataDir, '--port', port];
  server = groundhog('serve', '--scenario', 'H-01', '--pace', '1', ...where);
  await server.hears('Asking for the keys of this database');
  await server.hears('is ready');
}, 120_000);
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await server.leave();
  rmSync(directory, { recursive: true, force: true });
}, 60_000);

async function freePort(): Promise<number> {
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const address = free.address();
  free.close();
  await once(free, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const chat = (key: string): Talking =>
  groundhog('chat', '--url', url, '--session', 's1', '--key', key);

test('a served database with keys lets nobody in without one', async () => {
  const stranger = groundhog('chat', '--url', url, '--session', 's1');
  await stranger.hears('The server does not know this key');
  expect(await stranger.leave()).not.toBe(0);
}, 60_000);

test('a customer steers, cancels and clears, and whoever may decide approves other arguments, all in their chats', async () => {
  const lost = 'The tracking of ord_8001 says lost. Can I have the money back?';
  const card = /\[1\] issueRefund .*"amountMinor":6450/;
  const hana = chat(keys.hana);
  hana.type('/refund me');
  await hana.hears('There is no /refund; /help lists what there is.');
  hana.type(lost);
  await hana.hears(card);
  await hana.hears('billing_agent or billing_lead decides');
  hana.type('/approve it is mine');
  await hana.hears('This principal may not decide this');
  hana.type('/cancel');
  await hana.hears('billing was cancelled');
  hana.type('/clear');
  await hana.hears('the conversation was cleared');

  hana.type(lost);
  await hana.hears(card);
  hana.type('/clear');
  await hana.hears('An approval waits in this session');
  hana.type('/steer It has arrived after all.');
  await hana.hears('issueRefund is cancelled');
  await hana.hears('cus_1008: It has arrived after all.');
  // Read, and asked about anew: the steering message withdrew the question.
  await hana.hears(card);
  const ana = chat(keys.ana);
  await ana.hears('/approve or /reject REASON decides it');
  ana.type('/reject');
  await ana.hears('/reject takes a reason');
  ana.type('/approve 2 the other one');
  await ana.hears(card);
  const less = { chargeId: 'ch_H1', amountMinor: 1000, currency: 'USD', reason: 'a part of it' };
  ana.type(`/approve 1 a part for now --with ${JSON.stringify(less)}`);
  await ana.hears('issueRefund is approved');
  expect(await ana.leave()).toBe(0);
  await hana.hears(/<- issueRefund .*\b(10\.00|1000)\b/);
  await hana.hears('billing is done');
  expect(await hana.leave()).toBe(0);
}, 180_000);
