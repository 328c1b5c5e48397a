import { createSocket } from 'node:dgram';
import { lookup as lookupByCallback } from 'node:dns';
import { lookup, Resolver } from 'node:dns/promises';
import { type EventEmitter, once } from 'node:events';
import { createServer, get, type Server } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { connect, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { liveModel, openExchanges } from '#harness';
import { startOpenAiServer } from '#harness/testing';
import {
  parcelAgents,
  parcelEntry,
  parcelPlaybook,
  recordParcelSession,
  runParcelSession,
} from '../testing/parcel-desk.ts';
import { guardNetwork } from './network-guard.ts';
import { replaySession } from './replay-session.ts';

let server: Server;
let origin: string;
let served = 0;
beforeAll(async () => {
  server = createServer((_, reply) => {
    served += 1;
    reply.end('from the server');
  });
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('not a TCP server');
  origin = `http://127.0.0.1:${address.port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test('an unexpected request is answered with a final 400 that names it, and remembered', async () => {
  using guard = await guardNetwork({ allow: [] });
  const before = served;
  expect(await statusOfGet(`${origin}/refunds`)).toBe(400);
  const reply = await fetch(`${origin}/charges?key=hidden`, { method: 'POST', body: '{}' });
  expect(reply.status).toBe(400);
  expect(await reply.json()).toEqual({
    error: {
      code: 'NETWORK_BLOCKED',
      message: `POST ${origin}/charges was stopped: a recording is replayed without a network.`,
    },
  });
  expect(guard.blocked()).toEqual([`GET ${origin}/refunds`, `POST ${origin}/charges`]);
  expect(served).toBe(before);
});

test('a host that does not exist is stopped before it is looked for', async () => {
  using guard = await guardNetwork({ allow: [] });
  expect((await fetch('https://nowhere.invalid/')).status).toBe(400);
  expect(guard.blocked()).toEqual(['GET https://nowhere.invalid/']);
});

const elsewhere = 'api.nowhere.invalid';

/** What reaches for the network past `fetch` and `node:http`, each in its own way; it settles with why it could not. */
const ways: readonly (readonly [string, () => Promise<unknown>, string])[] = [
  ['a fetch that was copied before', () => earlyFetch(`https://${elsewhere}/v1`), 'TCP :443'],
  ['a TCP connection', () => failureOf(connect(5432, elsewhere)), 'TCP :5432'],
  ['a TLS connection', () => failureOf(connectTls({ host: elsewhere, port: 993 })), 'TCP :993'],
  ['HTTP/2', () => failureOf(connectHttp2(`https://${elsewhere}`)), 'TCP :443'],
  ['a datagram', () => sendTo(elsewhere), 'UDP '],
  ['a look-up', () => lookup(elsewhere), 'DNS '],
  ['a name server', () => new Resolver().resolve4(elsewhere), 'DNS '],
];
const earlyFetch = globalThis.fetch;

const failureOf = (socket: EventEmitter): Promise<unknown> =>
  new Promise((_, reject) => socket.once('error', reject));

const sendTo = (host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.send('?', 53, host, (error) => {
      socket.close();
      return error === null ? resolve() : reject(error);
    });
  });

test.each(ways)('%s finds no way out, and is remembered', async (_, reach, name) => {
  using guard = await guardNetwork({ allow: [] });
  const error: unknown = await reach().catch((thrown: unknown) => thrown);
  expect(inspect(error)).toContain('NETWORK_BLOCKED');
  const [kind, port = ''] = name.split(' ');
  expect(guard.blocked()).toEqual([`${kind} ${elsewhere}${port}`]);
});

const methods = (): readonly unknown[] => [
  Reflect.get(Socket.prototype, 'connect'),
  Reflect.get(Resolver.prototype, 'resolve4'),
  lookupByCallback,
  lookup,
];

test('behind the guard everything is as it was', async () => {
  const before = methods();
  const guard = await guardNetwork({ allow: [] });
  for (const [index, each] of methods().entries()) expect(each).not.toBe(before[index]);
  guard.close();
  for (const [index, each] of methods().entries()) expect(each).toBe(before[index]);
});

test('of a WebSocket nothing leaves, and it is remembered', async () => {
  using guard = await guardNetwork({ allow: [] });
  const socket = new WebSocket(`wss://${elsewhere}/socket`);
  await Promise.race([once(socket, 'open'), once(socket, 'error')]);
  await expect.poll(() => guard.blocked()).toEqual([`TCP ${elsewhere}:443`]);
  socket.close();
});

test('what stays on this machine is reached, and an allowed host elsewhere is looked for', async () => {
  using guard = await guardNetwork({ allow: [`https://${elsewhere}`] });
  const local = connect(Number(new URL(origin).port), '127.0.0.1');
  await once(local, 'connect');
  local.destroy();
  for (const way of [
    () => connect(443, elsewhere),
    () => connectTls({ host: elsewhere, port: 443 }),
  ]) {
    way()
      .on('error', () => undefined)
      .destroy();
  }
  expect(guard.blocked()).toEqual([]);
});

test('an allowed origin is reached, and only that', async () => {
  using guard = await guardNetwork({ allow: [`${origin}/v1`] });
  expect(await (await fetch(`${origin}/any`)).text()).toBe('from the server');
  expect(await statusOfGet(`${origin}/any`)).toBe(200);
  expect((await fetch('http://127.0.0.1:9999/')).status).toBe(400);
  expect(guard.blocked()).toEqual(['GET http://127.0.0.1:9999/']);
});

test('a model behind an allowed origin streams through the guard', async () => {
  await using openAi = await startOpenAiServer({ playbook: parcelPlaybook });
  using guard = await guardNetwork({ allow: [openAi.url] });
  const model = await liveModel({ apiKey: 'any', baseUrl: openAi.url, model: 'parcel-desk' });
  const events = await runParcelSession({ model, exchanges: openExchanges });
  expect(events.at(-1)?.fact).toMatchObject({ type: 'run-completed', text: 'You are welcome.' });
  expect(guard.blocked()).toEqual([]);
});

test('a guard that is closed stops nothing', async () => {
  const guard = await guardNetwork({ allow: [] });
  guard.close();
  guard.close();
  expect(await (await fetch(origin)).text()).toBe('from the server');
});

test('a second guard is refused while one stands', async () => {
  const first = await guardNetwork({ allow: [] });
  await expect(guardNetwork({ allow: [] })).rejects.toMatchObject({ code: 'NETWORK_GUARD_STANDS' });
  first.close();
  const second = await guardNetwork({ allow: [] });
  // Closing the first again must not take the second away.
  first.close();
  expect((await fetch(origin)).status).toBe(400);
  second.close();
});

test('a replay that reaches for the network says so, though the request was swallowed', async () => {
  const recording = await recordParcelSession();
  const agents = parcelAgents().map((agent) => ({
    ...agent,
    get prompt() {
      void fetch(`${origin}/prompts`).catch(() => undefined);
      return agent.prompt;
    },
  }));
  const before = served;
  const report = await replaySession({ recording, agents, entry: parcelEntry });
  expect(report.divergences).toBe(0);
  expect(report.network).toBeGreaterThan(0);
  expect(report.blocked[0]).toBe(`GET ${origin}/prompts`);
  expect(served).toBe(before);
});

async function statusOfGet(url: string): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  get(url, (reply) => {
    text(reply).then(() => resolve(reply.statusCode), reject);
  }).on('error', reject);
  return promise;
}
