import { connect as connectTcp } from 'node:net';
import { text as textFrom } from 'node:stream/consumers';
import {
  type Arbitrary,
  assert,
  asyncProperty,
  constant,
  constantFrom,
  dictionary,
  json,
  oneof,
  record,
  string,
  uint8Array,
} from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { defineAgent, definePrompt } from '../agent/define-agent.ts';
import { createHarness, type Harness } from '../create-harness.ts';
import { systemHost } from '../host/host.ts';
import type { ApprovalRequest } from '../session/approval.ts';
import { memoryBacking } from '../testing/memory-backing.ts';
import { memoryKeyStore } from '../testing/memory-key-store.ts';
import { scriptedModel } from '../testing/scripted-model.ts';
import { issueApiKey } from './api-key.ts';
import { type RunningServer, startServer } from './start-server.ts';

// Whatever a stranger sends: nothing fails inside, nothing is repeated, nothing of somebody else's is told, nothing happens.

const canary = 'canary-4111111111111111';
const secret = 'what alice said';

let harness: Harness;
let server: RunningServer;
let strangerKey: string;
let deciderKey: string;
let before: unknown;
const failures: unknown[] = [];
const memory = memoryBacking();
/** Every session of which anything was ever stored. */
const written = new Set<string>();
const backing = {
  ...memory,
  store: {
    ...memory.store,
    claim: (...[sessionId, principal]: Parameters<typeof memory.store.claim>) => {
      written.add(sessionId);
      return memory.store.claim(sessionId, principal);
    },
    appendEvents: (...[sessionId, drafts]: Parameters<typeof memory.store.appendEvents>) => {
      written.add(sessionId);
      return memory.store.appendEvents(sessionId, drafts);
    },
  },
};

/** Waits in s1 for somebody of the strangers' own tenant. Its reason is as secret as what alice said. */
const parked: ApprovalRequest = {
  approvalId: 's1/m1/issueRefund#1',
  tenant: 'larkspur',
  sessionId: 's1',
  runId: 's1/m1',
  callId: 'call_1',
  tool: 'issueRefund',
  arguments: { amountMinor: 6450 },
  stateVersion: '1',
  requestedBy: 'cus_1',
  roles: ['support'],
  reason: secret,
  requestedAt: 0,
  expiresAt: Number.MAX_SAFE_INTEGER,
};
const parkedWord = encodeURIComponent(parked.approvalId);

beforeAll(async () => {
  const plays = [{ name: 'answer', when: () => true, answer: () => ({ text: 'an answer' }) }];
  harness = await createHarness({
    agents: [
      defineAgent({
        name: 'helper',
        prompt: definePrompt('helper', 'You help.'),
        tools: [],
        handoffs: [],
        turnLimit: 2,
      }),
    ],
    entry: 'helper',
    model: scriptedModel({ name: 'one answer', plays }),
    backing,
  });
  const keys = memoryKeyStore();
  const issue = async (id: string, role = 'customer'): Promise<string> => {
    const principal = { id, role, tenant: 'larkspur' };
    return (await issueApiKey(keys, principal, systemHost().random)).key;
  };
  await issue('cus_1');
  strangerKey = await issue('cus_2');
  deciderKey = await issue('ana', 'support');
  server = await startServer({
    harness,
    access: { kind: 'keys', keys },
    // Every frame is sent: on a busy machine it must not be taken for silence.
    limits: { patienceMs: 5_000 },
    log: { info: () => undefined, warn: (event, fields) => failures.push({ event, ...fields }) },
  });
  const principal = { id: 'cus_1', role: 'customer', tenant: 'larkspur' };
  await harness.send({ sessionId: 's1', messageId: 's1/m1', text: secret, principal });
  await harness.outcome('s1/m1');
  await backing.approvals.request(parked);
  before = await everything();
});
afterAll(async () => {
  await server.close();
  await harness.close();
});

/** Names and values as they must not be, mixed with those that fit. */
const word: Arbitrary<string> = oneof(
  constantFrom(parkedWord, parkedWord, parkedWord),
  constantFrom('s1', 's1/m1', 'm1', canary, '..', '%2e%2e', '%00', '%ff', '', 'null', '-1', '1e9'),
  string({ maxLength: 20 }).map(encodeURIComponent),
);
const path: Arbitrary<string> = oneof(
  constant(`/v1/approvals/${parkedWord}/decision`),
  constantFrom('/', '/health', '/v1/principal', '/v1/approvals', '/v1/sessions', '//', '/v1//x'),
  word.map((id) => `/v1/sessions/${id}`),
  word.map((id) => `/v1/sessions/${id}/messages`),
  word.map((id) => `/v1/sessions/s1/events?after=${id}`),
  word.map((id) => `/v1/sessions/${id}/stream`),
  word.map((id) => `/v1/approvals/${id}/decision`),
  word.map((id) => `/v1/runs/${id}/cancel`),
  word.map((id) => `/${id}?${canary}=${canary}`),
);
const value: Arbitrary<unknown> = oneof(
  constantFrom<unknown>(null, true, -1, 1e300, '', canary, [], {}, 'x'.repeat(20_000)),
  json().map((text): unknown => JSON.parse(text)),
);
const body: Arbitrary<string> = oneof(
  constantFrom('{"verdict":"approve"}', '{"verdict":"reject","reason":""}'),
  constantFrom('', '{', '[]', '"', canary, `{"messageId":"${canary}"}`, 'x'.repeat(70_000)),
  dictionary(
    constantFrom('messageId', 'text', 'verdict', 'reason', '__proto__', canary),
    value,
  ).map((parts) => JSON.stringify(parts)),
);
const request = record({
  method: constantFrom('GET', 'GET', 'POST', 'POST', 'POST', 'PUT', 'OPTIONS', 'NONSENSE'),
  path,
  key: constantFrom('stranger', 'stranger', 'stranger', canary, `ghk_${'a'.repeat(64)}`),
  type: constantFrom('application/json', 'text/plain', 'application/json; charset=utf-8', ''),
  origin: constantFrom('', '', '', '', '', '', 'https://evil.example', canary),
  body,
});

const answerSchema = z.object({
  error: z.strictObject({ code: z.string(), message: z.string(), hint: z.string().optional() }),
});

test('400 HTTP requests: no 5xx, no untyped refusal, nothing repeated and nothing of another’s told (seed 7)', async () => {
  const statuses = new Set<number>();
  let refusedDecisions = 0;
  await assert(
    asyncProperty(request, async (made) => {
      const answered = await exchange(made);
      const [head = '', content = ''] = answered.split(/\r\n\r\n/, 2);
      const status = Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]);
      statuses.add(status);
      expect(status).toBeGreaterThanOrEqual(200);
      expect(status).toBeLessThan(500);
      expect(answered).not.toContain(canary);
      expect(answered).not.toContain(secret);
      if (status < 400) return;
      const { error } = answerSchema.parse(JSON.parse(content));
      if (made.path.includes(parkedWord) && error.code === 'APPROVAL_MISSING')
        refusedDecisions += 1;
    }),
    { seed: 7, numRuns: 400 },
  );
  // The generator reaches past every door.
  expect([...statuses].toSorted((a, b) => a - b)).toEqual(
    expect.arrayContaining([200, 400, 401, 403, 404, 415]),
  );
  // Decisions that lacked nothing but the right to take them were among them.
  expect(refusedDecisions).toBeGreaterThan(0);
  await nothingHappened();
});

const frame: Arbitrary<string | Uint8Array> = oneof(
  body,
  uint8Array({ maxLength: 200 }),
  record({ type: constantFrom('hello', 'item', canary), key: oneof(constant(canary), value) }).map(
    (hello) => JSON.stringify(hello),
  ),
  constant('').map(() => JSON.stringify({ type: 'hello', key: strangerKey })),
);

test('100 WebSocket frames: each ends with a close code, and none is told anything (seed 7)', async () => {
  const codes = new Set<number>();
  await assert(
    asyncProperty(frame, async (sent) => {
      const { code, told } = await view(sent);
      codes.add(code);
      expect(told).toEqual([]);
      expect([1002, 1007, 1009, 4400, 4401, 4404]).toContain(code);
    }),
    { seed: 7, numRuns: 100 },
  );
  expect(codes.size).toBeGreaterThan(3);
  await nothingHappened();
});

test('a decision of somebody who may take it gets through the same door, and is seen to have happened', async () => {
  const answered = await exchange({
    method: 'POST',
    path: `/v1/approvals/${parkedWord}/decision`,
    key: deciderKey,
    type: 'application/json',
    origin: '',
    body: '{"verdict":"approve","reason":"agreed"}',
  });
  expect(answered).toMatch(/^HTTP\/1\.1 200 /);
  expect(await backing.approvals.find(parked.approvalId)).toMatchObject({
    status: 'approved',
    decidedBy: 'ana',
  });
  await expect(nothingHappened()).rejects.toThrow('to deeply equal');
});

async function nothingHappened(): Promise<void> {
  expect(failures).toEqual([]);
  expect(await everything()).toEqual(before);
  expect((await fetch(`${server.url}/health`)).status).toBe(200);
}

/** What a request could have changed: what waits, and what is told of every session that has a log or a run. */
async function everything(): Promise<unknown> {
  const sessions = await Promise.all(
    [...written].map(async (id) => ({ id, events: await harness.events(id) })),
  );
  return {
    approvals: await backing.approvals.list('larkspur'),
    sessions,
    pending: await harness.pendingRuns(),
  };
}

interface Made {
  readonly method: string;
  readonly path: string;
  readonly key: string;
  readonly type: string;
  readonly origin: string;
  readonly body: string;
}

/** Over a bare connection: `fetch` would mend what is broken. */
async function exchange({
  method,
  path: target,
  key,
  type,
  origin,
  body: sent,
}: Made): Promise<string> {
  const { port } = new URL(server.url);
  const socket = connectTcp({ host: '127.0.0.1', port: Number(port) });
  socket.on('error', () => undefined);
  const lines = [
    `${method} ${target} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Connection: close',
    `Authorization: Bearer ${key === 'stranger' ? strangerKey : key}`,
    ...(type === '' ? [] : [`Content-Type: ${type}`]),
    ...(origin === '' ? [] : [`Origin: ${origin}`]),
    `Content-Length: ${Buffer.byteLength(sent)}`,
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n${sent}`);
  return textFrom(socket);
}

function view(
  sent: string | Uint8Array,
): Promise<{ readonly code: number; readonly told: readonly string[] }> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/v1/sessions/s1/stream`);
  const told: string[] = [];
  socket.on('open', () => socket.send(sent));
  socket.on('message', (data: Buffer) => told.push(data.toString('utf8')));
  socket.on('error', () => undefined);
  return new Promise((resolve) => {
    socket.on('close', (code) => resolve({ code, told }));
  });
}
