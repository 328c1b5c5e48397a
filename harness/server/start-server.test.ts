import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { text as textFrom } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { defineAgent, definePrompt } from '../agent/define-agent.ts';
import { connect } from '../client/connect.ts';
import { emptyConversation, foldConversation } from '../client/fold-conversation.ts';
import { closeCodes, type ServerFrame } from '../client/protocol.ts';
import { type Backing, createHarness, type Harness } from '../create-harness.ts';
import { systemHost } from '../host/host.ts';
import { logLineSchema } from '../host/log-line.ts';
import { jsonLog } from '../json-log.ts';
import type { ApprovalRequest } from '../session/approval.ts';
import type { KeyStore } from '../session/key-store.ts';
import { SessionExpiredError } from '../session/session-expiry.ts';
import { memoryBacking } from '../testing/memory-backing.ts';
import { memoryKeyStore } from '../testing/memory-key-store.ts';
import { scriptedModel } from '../testing/scripted-model.ts';
import { issueApiKey, issueKeyFor } from './api-key.ts';
import type { ServedHarness, ServedReader } from './served-harness.ts';
import { type RunningServer, type ServerOptions, startServer } from './start-server.ts';

const alice = { id: 'cus_1', role: 'customer', tenant: 'larkspur' };
const mallory = { id: 'cus_2', role: 'customer', tenant: 'larkspur' };
const support = { id: 'emp_1', role: 'support', tenant: 'larkspur' };
const foreignSupport = { id: 'emp_9', role: 'support', tenant: 'other' };
const answer = 'You are very welcome to an answer that is long enough to be streamed in pieces.';

interface Running extends AsyncDisposable {
  readonly server: RunningServer;
  readonly harness: Harness;
  readonly backing: Backing;
  readonly keyStore: KeyStore;
  readonly keys: Readonly<Record<'alice' | 'mallory' | 'support' | 'foreignSupport', string>>;
  readonly ask: (path: string, options?: Ask) => Promise<Answer>;
}

interface Ask {
  readonly key?: string | undefined;
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each[Symbol.asyncDispose]();
});

async function start(
  options: Partial<ServerOptions> & {
    readonly extra?: Partial<ServedHarness>;
    readonly backing?: Backing;
    readonly keyStore?: KeyStore;
  } = {},
): Promise<Running> {
  const { extra, backing = memoryBacking(), keyStore = memoryKeyStore(), ...rest } = options;
  const harness = await createHarness({
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
    model: scriptedModel({
      name: 'one answer',
      plays: [{ name: 'answer', when: () => true, answer: () => ({ text: answer }) }],
    }),
    backing,
  });
  const issue = async (principal: typeof alice): Promise<string> =>
    (await issueApiKey(keyStore, principal, systemHost().random)).key;
  const keys = {
    alice: await issue(alice),
    mallory: await issue(mallory),
    support: await issue(support),
    foreignSupport: await issue(foreignSupport),
  };
  const server = await startServer({
    harness: { ...harness, ...extra },
    access: { kind: 'keys', keys: keyStore },
    limits: { patienceMs: 300 },
    ...rest,
  });
  const running = {
    server,
    backing,
    keyStore,
    harness,
    keys,
    ask: (path: string, ask: Ask = {}) => askAt(server.url + path, ask),
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await harness.close();
    },
  };
  open.push(running);
  return running;
}

async function askAt(url: string, { key, method, body, headers }: Ask): Promise<Answer> {
  const response = await fetch(url, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? await response.json() : await response.text(),
  };
}

const refusal = (status: number, code: string): object => ({
  status,
  body: { error: { code, message: expect.any(String) } },
});

async function speak({ harness, ask, keys }: Running, session = 's1'): Promise<void> {
  const body = { messageId: 'm1', text: 'hello' };
  const { status } = await ask(`/v1/sessions/${session}/messages`, { key: keys.alice, body });
  expect(status).toBe(202);
  await harness.outcome(`${session}/m1`);
}

/** A viewer as a program without our client library would be one. */
function view(
  url: string,
  hello: unknown,
  headers: Readonly<Record<string, string>> = {},
): {
  readonly frames: ServerFrame[];
  readonly closed: Promise<number>;
  readonly socket: WebSocket;
} {
  const socket = new WebSocket(url.replace('http', 'ws'), { headers });
  const frames: ServerFrame[] = [];
  socket.on('open', () => socket.send(typeof hello === 'string' ? hello : JSON.stringify(hello)));
  socket.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString('utf8'))));
  socket.on('error', () => undefined);
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  return { frames, closed, socket };
}

const seqs = (frames: readonly ServerFrame[]): readonly number[] =>
  frames.flatMap((frame) =>
    frame.type === 'item' && frame.item.kind === 'event' ? [frame.item.event.seq] : [],
  );

describe('messages and sessions', () => {
  test('a message is accepted durably, delivered twice it is one run, and the session tells of it', async () => {
    const running = await start();
    const { ask, keys, harness } = running;
    const send = () =>
      ask('/v1/sessions/s1/messages', {
        key: keys.alice,
        body: { messageId: 'm1', text: 'hello' },
      });
    const accepted = { sessionId: 's1', messageId: 'm1', runId: 's1/m1' };
    expect(await send()).toMatchObject({ status: 202, body: accepted });
    expect(await send()).toMatchObject({ status: 202, body: accepted });
    await harness.outcome('s1/m1');
    const state = await ask('/v1/sessions/s1', { key: keys.alice });
    expect(state.body).toEqual({
      sessionId: 's1',
      agent: 'helper',
      lastSeq: 4,
      runs: [{ runId: 's1/m1', status: 'completed' }],
    });
    const events = await ask('/v1/sessions/s1/events?after=2', { key: keys.alice });
    expect(events.body).toMatchObject({
      events: [{ seq: 3 }, { seq: 4 }],
      after: 4,
      hasMore: false,
    });
  });

  test('another message under the same id is refused and not repeated', async () => {
    const running = await start();
    await speak(running);
    const body = { messageId: 'm1', text: 'my secret' };
    const again = await running.ask('/v1/sessions/s1/messages', { key: running.keys.alice, body });
    expect(again).toMatchObject(refusal(409, 'MESSAGE_ID_TAKEN'));
    expect(JSON.stringify(again.body)).not.toContain('secret');
  });
});

describe('who may what', () => {
  test('a session is there for its owner and the staff of the tenant, and for nobody else', async () => {
    const running = await start();
    const { ask, keys } = running;
    await speak(running);
    const paths = ['/v1/sessions/s1', '/v1/sessions/s1/events'];
    for (const path of paths) {
      expect(await ask(path, { key: keys.alice })).toMatchObject({ status: 200 });
      expect(await ask(path, { key: keys.support })).toMatchObject({ status: 200 });
      const absent = await ask(path.replace('s1', 'never'), { key: keys.mallory });
      for (const key of [keys.mallory, keys.foreignSupport]) {
        const { status, body } = await ask(path, { key });
        expect({ status, body }).toEqual({ status: 404, body: absent.body });
      }
    }
    const body = { messageId: 'm2', text: 'let me in' };
    for (const key of [keys.mallory, keys.support]) {
      const posted = await ask('/v1/sessions/s1/messages', { key, body });
      expect(posted).toMatchObject(refusal(404, 'SESSION_MISSING'));
    }
    const viewer = view(`${running.server.url}/v1/sessions/s1/stream`, {
      type: 'hello',
      key: keys.mallory,
    });
    expect(await viewer.closed).toBe(closeCodes.sessionMissing);
    expect(viewer.frames).toEqual([]);
  });

  test('of two principals who begin one session at once, one does', async () => {
    const { ask, keys, harness } = await start();
    const both = await Promise.all(
      [keys.alice, keys.mallory].map((key, index) =>
        ask('/v1/sessions/s1/messages', { key, body: { messageId: `m${index}`, text: 'mine' } }),
      ),
    );
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([202, 404]);
    const winner = both.findIndex(({ status }) => status === 202);
    await harness.outcome(`s1/m${winner}`);
    expect(new Set((await harness.events('s1')).map(({ runId }) => runId)).size).toBe(1);
  });

  test('of two servers that are asked to begin one session at once, one lets its principal in', async () => {
    const one = await start();
    const other = await start({ backing: one.backing, keyStore: one.keyStore });
    for (let round = 0; round < 10; round += 1) {
      const path = `/v1/sessions/s${round}/messages`;
      const body = { messageId: 'm', text: 'mine' };
      const [asAlice, asMallory] = await Promise.all([
        one.ask(path, { key: one.keys.alice, body }),
        other.ask(path, { key: one.keys.mallory, body: { ...body, messageId: 'n' } }),
      ]);
      expect([asAlice.status, asMallory.status].toSorted((a, b) => a - b)).toEqual([202, 404]);
      const owner = asAlice.status === 202 ? alice : mallory;
      expect(await other.harness.owner(`s${round}`)).toEqual(owner);
    }
  });

  test('what another tenant guesses answers like a session that never was (X-11)', async () => {
    const running = await start();
    const { ask, keys, server } = running;
    await speak(running);
    const attempts: readonly (readonly [string, Ask])[] = [
      ['/v1/sessions/ID', {}],
      ['/v1/sessions/ID/events', {}],
      ['/v1/sessions/ID/events?after=1', {}],
      ['/v1/approvals?sessionId=ID', {}],
      ['/v1/sessions/ID/clear', { body: {} }],
      ['/v1/runs/ID%2Fm1/cancel', { method: 'POST' }],
    ];
    for (const [path, options] of attempts) {
      const guess = async (id: string): Promise<unknown> => {
        const answered = await ask(path.replace('ID', id), {
          ...options,
          key: keys.foreignSupport,
        });
        return { status: answered.status, body: answered.body };
      };
      expect(await guess('s1')).toEqual(await guess('never'));
    }
    const seen = await ask('/v1/sessions/s1/events', { key: keys.alice });
    expect(seen).toMatchObject({ status: 200, body: { after: 4 } });
    const hello = { type: 'hello', key: keys.foreignSupport };
    const streams = ['s1', 'never'].map((id) =>
      view(`${server.url}/v1/sessions/${id}/stream`, hello),
    );
    expect(await Promise.all(streams.map(({ closed }) => closed))).toEqual([4404, 4404]);
    expect(streams.flatMap(({ frames }) => frames)).toEqual([]);
  });

  test.for(['', 'Bearer', 'Bearer nonsense', `Bearer ghk_${'0'.repeat(64)}`, 'Basic YTpi'])(
    'authorization "%s" opens nothing',
    async (authorization) => {
      const { ask } = await start();
      for (const path of ['/v1/sessions/s1', '/v1/approvals', '/v1/principal', '/v1/nothing']) {
        expect(await ask(path, { headers: { authorization } })).toMatchObject(
          refusal(401, 'UNAUTHENTICATED'),
        );
      }
    },
  );

  test('keys are kept as hashes, and a revoked one opens nothing', async () => {
    const store = memoryKeyStore();
    const { key, keyId } = await issueApiKey(store, alice, systemHost().random);
    expect(JSON.stringify(await store.list('larkspur'))).not.toContain(key.slice(4));
    const { ask } = await start({ access: { kind: 'keys', keys: store } });
    expect(await ask('/v1/principal', { key })).toMatchObject({ status: 200, body: alice });
    await store.revoke(keyId);
    expect(await ask('/v1/principal', { key })).toMatchObject({ status: 401 });
  });
});

describe('browsers', () => {
  test('pages of other origins are refused, over HTTP and WebSocket, and no answer is shared with them', async () => {
    const running = await start({ origins: ['https://desk.example'] });
    const { ask, keys, server } = running;
    await speak(running);
    for (const origin of ['https://evil.example', 'null', 'http://localhost:1']) {
      const answered = await ask('/v1/sessions/s1', { key: keys.alice, headers: { origin } });
      expect(answered).toMatchObject(refusal(403, 'ORIGIN_REFUSED'));
      expect(answered.headers.get('access-control-allow-origin')).toBeNull();
      const viewer = view(
        `${server.url}/v1/sessions/s1/stream`,
        { type: 'hello', key: keys.alice },
        { origin },
      );
      expect(await viewer.closed).toBe(1006);
      expect(viewer.frames).toEqual([]);
    }
  });

  test('the server’s own pages and those it was told of are let in', async () => {
    const running = await start({ origins: ['https://desk.example'] });
    const { ask, keys, server } = running;
    await speak(running);
    for (const origin of ['https://desk.example', server.url]) {
      const answered = await ask('/v1/sessions/s1', { key: keys.alice, headers: { origin } });
      expect(answered.status).toBe(200);
    }
    const told = await ask('/health', { headers: { origin: 'https://desk.example' } });
    expect(told.headers.get('access-control-allow-origin')).toBe('https://desk.example');
  });

  test('a name that was pointed at this machine is not answered', async () => {
    const { server } = await start({ access: { kind: 'development', principal: alice } });
    const raw = await rawAnswer(
      server.url,
      'GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
    );
    expect(raw).toMatch(/^HTTP\/1\.1 403 /);
    expect(raw).toContain('ORIGIN_REFUSED');
  });
});

describe('refusals', () => {
  test.for([
    ['not JSON', '{"messageId": "m1", "text": ', 400, 'JSON_INVALID'],
    ['a missing part', { messageId: 'm1' }, 400, 'REQUEST_INVALID'],
    ['an empty text', { messageId: 'm1', text: '  ' }, 400, 'REQUEST_INVALID'],
    ['an id with a slash', { messageId: 'a/b', text: 'hello' }, 400, 'REQUEST_INVALID'],
    ['an unknown part', { messageId: 'm1', text: 'x', secret: 'hunter2' }, 400, 'REQUEST_INVALID'],
    ['a long body', { messageId: 'm1', text: 'x'.repeat(70_000) }, 413, 'BODY_TOO_LARGE'],
  ] as const)('%s is refused with a typed error', async ([, body, status, code]) => {
    const { ask, keys } = await start();
    const answered = await ask('/v1/sessions/s1/messages', { key: keys.alice, body });
    expect(answered).toMatchObject(refusal(status, code));
    expect(JSON.stringify(answered.body)).not.toContain('hunter2');
    expect(await ask('/v1/sessions/s1', { key: keys.alice })).toMatchObject({ status: 404 });
  });

  test('what is no JSON by its type, no path, no method and no cursor is refused with a typed error', async () => {
    const running = await start();
    const { ask, keys } = running;
    const key = keys.alice;
    await speak(running);
    expect(
      await ask('/v1/sessions/s1/messages', {
        key,
        body: 'messageId=m1',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      }),
    ).toMatchObject(refusal(415, 'JSON_ONLY'));
    expect(await ask('/secret-path', { key })).toMatchObject(refusal(404, 'ROUTE_UNKNOWN'));
    expect(JSON.stringify((await ask('/secret-path')).body)).not.toContain('secret');
    expect(await ask('/v1/sessions/s1', { key, method: 'DELETE' })).toMatchObject(
      refusal(404, 'ROUTE_UNKNOWN'),
    );
    for (const after of ['-1', 'x', '1.5', '9e99', '']) {
      expect(await ask(`/v1/sessions/s1/events?after=${after}`, { key })).toMatchObject(
        refusal(400, 'REQUEST_INVALID'),
      );
    }
  });

  test('what is not HTTP gets a typed error and not a stack', async () => {
    const { server } = await start();
    const raw = await rawAnswer(server.url, 'NONSENSE\r\n\r\n');
    expect(raw).toMatch(/^HTTP\/1\.1 400 /);
    expect(JSON.parse(raw.split('\r\n\r\n')[1] ?? '')).toMatchObject({
      error: { code: 'HTTP_INVALID' },
    });
  });

  test('an error that nobody foresaw says nothing of itself, and the log where it was thrown', async () => {
    let written = '';
    const { ask, keys } = await start({
      extra: {
        asTenant: () => {
          throw new RangeError('select failed for card 4111');
        },
      },
      log: await jsonLog({ write: (line) => void (written += line) }),
    });
    const answered = await ask('/v1/sessions/s1', { key: keys.alice });
    expect(answered).toMatchObject(refusal(500, 'INTERNAL'));
    expect(JSON.stringify(answered.body)).not.toContain('4111');
    expect(written).not.toContain('4111');
    const line = logLineSchema.parse(JSON.parse(written));
    expect(line).toMatchObject({ event: 'request-failed', errorType: 'RangeError' });
    expect(line.stack?.[0]).toContain('start-server.test.ts');
  });
});

test('a message to a session that has expired is told since when, and where to go', async () => {
  const { ask, keys } = await start({
    extra: { send: () => Promise.reject(new SessionExpiredError('s1', Date.UTC(2026, 2, 9, 12))) },
  });
  const path = '/v1/sessions/s1/messages';
  const body = { messageId: 'm1', text: 'hello' };
  expect(await ask(path, { key: keys.alice, body })).toMatchObject({
    status: 410,
    body: {
      error: {
        code: 'SESSION_EXPIRED',
        message: 'This session expired at 2026-03-09T12:00:00.000Z.',
        hint: 'Send the message in a new session.',
      },
    },
  });
  expect(await ask(path, { key: keys.mallory, body })).toMatchObject(
    refusal(404, 'SESSION_MISSING'),
  );
});

describe('approvals and cancelling', () => {
  const asked: ApprovalRequest = {
    approvalId: 's1/m1/issueRefund#1',
    tenant: 'larkspur',
    sessionId: 's1',
    runId: 's1/m1',
    callId: 'call_1',
    tool: 'issueRefund',
    arguments: { amountMinor: 4900 },
    stateVersion: '1',
    requestedBy: 'cus_1',
    roles: ['supervisor', 'support'],
    reason: 'More than 40.00.',
    requestedAt: 0,
    expiresAt: Number.MAX_SAFE_INTEGER,
  };
  const decisionPath = `/v1/approvals/${encodeURIComponent(asked.approvalId)}/decision`;

  test('who has the role decides, the one it is for only sees it, and others see nothing', async () => {
    const { ask, keys, backing } = await start();
    await backing.approvals.request(asked);
    const body = { verdict: 'approve', reason: 'looks right' };
    expect((await ask('/v1/approvals', { key: keys.support })).body).toMatchObject({
      approvals: [{ approvalId: asked.approvalId, mayDecide: true }],
    });
    expect((await ask('/v1/approvals', { key: keys.alice })).body).toMatchObject({
      approvals: [{ mayDecide: false }],
    });
    expect((await ask('/v1/approvals', { key: keys.mallory })).body).toEqual({ approvals: [] });
    expect(await ask(decisionPath, { key: keys.alice, body })).toMatchObject(
      refusal(403, 'DECISION_REFUSED'),
    );
    for (const key of [keys.mallory, keys.foreignSupport]) {
      expect(await ask(decisionPath, { key, body })).toMatchObject(
        refusal(404, 'APPROVAL_MISSING'),
      );
    }
    expect(await ask(decisionPath, { body })).toMatchObject(refusal(401, 'UNAUTHENTICATED'));
    expect(await ask('/v1/approvals/unknown/decision', { key: keys.support, body })).toMatchObject(
      refusal(404, 'APPROVAL_MISSING'),
    );
    expect(await ask(decisionPath, { key: keys.support, body })).toMatchObject({
      status: 200,
      body: { approval: { status: 'approved', decidedBy: 'emp_1' } },
    });
    expect(await ask(decisionPath, { key: keys.support, body })).toMatchObject(
      refusal(409, 'APPROVAL_DECIDED'),
    );
  });

  test('a service with the very role decides nothing, and is not told that it might', async () => {
    const { ask, backing, keyStore } = await start();
    await backing.approvals.request(asked);
    const robot = { id: 'svc_approver', role: 'supervisor', tenant: 'larkspur' };
    const { random } = systemHost();
    const issued = await issueKeyFor(keyStore, { kind: 'service', principal: robot }, random);
    const { key } = await issueApiKey(keyStore, robot, random);
    expect(issued.key).toMatch(/^ghs_[0-9a-f]{64}$/);
    expect((await ask('/v1/approvals', { key: issued.key })).body).toMatchObject({
      approvals: [{ mayDecide: false }],
    });
    const body = { verdict: 'approve', reason: 'always' };
    expect(await ask(decisionPath, { key: issued.key, body })).toMatchObject(
      refusal(403, 'DECISION_REFUSED'),
    );
    // A person with the same principal may: it is the key that says who speaks.
    expect(await ask(decisionPath, { key, body })).toMatchObject({ status: 200 });
  });

  test('a run is cancelled by its owner, and not by staff that only reads along, nor by others', async () => {
    const cancelled: string[] = [];
    const running = await start({
      extra: {
        cancel: async (_sessionId, runId) => void cancelled.push(runId),
        isKnown: async (runId) => ['s1/m1', 's1/m2'].includes(runId),
      },
    });
    const { ask, keys } = running;
    await speak(running);
    const path = `/v1/runs/${encodeURIComponent('s1/m2')}/cancel`;
    expect(await ask('/v1/sessions/s1', { key: keys.support })).toMatchObject({ status: 200 });
    for (const stranger of [keys.support, keys.mallory, keys.foreignSupport]) {
      expect(await ask(path, { key: stranger, method: 'POST' })).toMatchObject(
        refusal(404, 'SESSION_MISSING'),
      );
    }
    expect(await ask(path, { key: keys.alice, method: 'POST' })).toMatchObject({ status: 202 });
    const unknown = `/v1/runs/${encodeURIComponent('s1/m9')}/cancel`;
    expect(await ask(unknown, { key: keys.alice, method: 'POST' })).toMatchObject(
      refusal(404, 'RUN_MISSING'),
    );
    expect(cancelled).toEqual(['s1/m2']);
    const ended = `/v1/runs/${encodeURIComponent('s1/m1')}/cancel`;
    expect(await ask(ended, { key: keys.alice, method: 'POST' })).toMatchObject(
      refusal(409, 'RUN_ENDED'),
    );
    expect(cancelled).toEqual(['s1/m2']);
  });

  test('clearing is the owner’s, is refused while an approval waits, and by force ends that first', async () => {
    const running = await start();
    const { backing, ask, keys, server } = running;
    await speak(running);
    const clear = (key: string, body: object = {}): Promise<Answer> =>
      ask('/v1/sessions/s1/clear', { key, body });
    for (const stranger of [keys.mallory, keys.support, keys.foreignSupport]) {
      expect(await clear(stranger)).toMatchObject(refusal(404, 'SESSION_MISSING'));
    }
    expect(await clear(keys.alice, { force: 'yes' })).toMatchObject(
      refusal(400, 'REQUEST_INVALID'),
    );
    await backing.approvals.request(asked);
    expect(await clear(keys.alice)).toMatchObject(refusal(409, 'APPROVAL_PENDING'));
    const viewer = connect({ url: server.url, key: keys.alice, sessionId: 's1' });
    let shown = emptyConversation;
    let isForced = false;
    for await (const item of viewer.items()) {
      shown = foldConversation(shown, item);
      if (item.kind !== 'event') continue;
      if (item.event.fact.type === 'session-cleared') viewer.close();
      if (item.event.fact.type !== 'run-completed' || isForced) continue;
      isForced = true;
      expect(shown.parts.length).toBeGreaterThan(1);
      expect(await clear(keys.alice, { force: true })).toMatchObject({
        status: 200,
        body: { sessionId: 's1', epoch: 2 },
      });
    }
    expect(shown.events.map(({ fact }) => fact.type)).toEqual(['session-cleared']);
    expect(shown.parts).toMatchObject([{ kind: 'notice' }]);
    const decision = { verdict: 'approve', reason: 'late' };
    expect(await ask(decisionPath, { key: keys.support, body: decision })).toMatchObject(
      refusal(409, 'APPROVAL_DECIDED'),
    );
  });
});

describe('viewers', () => {
  test('a viewer is sent what stands behind its cursor, then what comes', async () => {
    const running = await start();
    const { server, keys, harness, ask } = running;
    await speak(running);
    const stream = `${server.url}/v1/sessions/s1/stream?after=2`;
    const viewer = view(stream, { type: 'hello', key: keys.alice });
    await expect.poll(() => seqs(viewer.frames)).toEqual([3, 4]);
    await ask('/v1/sessions/s1/messages', {
      key: keys.alice,
      body: { messageId: 'm2', text: 'more' },
    });
    await harness.outcome('s1/m2');
    await expect.poll(() => seqs(viewer.frames)).toEqual([3, 4, 5, 6, 7, 8]);
    const shown = viewer.frames.flatMap((frame) =>
      frame.type === 'item' &&
      frame.item.kind === 'text-delta' &&
      frame.item.delta.runId === 's1/m2'
        ? [frame.item.delta.text]
        : [],
    );
    expect(shown.join('')).toBe(answer);
    viewer.socket.close();
  });

  test.for([
    ['not JSON', '{', closeCodes.badFrame],
    ['no hello', { type: 'goodbye' }, closeCodes.badFrame],
    ['no key', { type: 'hello' }, closeCodes.unauthenticated],
    ['a wrong key', { type: 'hello', key: 'x' }, closeCodes.unauthenticated],
    ['a frame too long', 'x'.repeat(5_000), 1009],
  ] as const)('%s is answered with a close code', async ([, hello, code]) => {
    const running = await start();
    await speak(running);
    const viewer = view(`${running.server.url}/v1/sessions/s1/stream`, hello);
    expect(await viewer.closed).toBe(code);
    expect(viewer.frames).toEqual([]);
  });

  test('who says nothing and who says too much is sent away', async () => {
    const running = await start();
    await speak(running);
    const url = `${running.server.url.replace('http', 'ws')}/v1/sessions/s1/stream`;
    const silent = new WebSocket(url);
    expect((await once(silent, 'close'))[0]).toBe(closeCodes.silent);
    const { keys, server } = running;
    const talker = view(`${server.url}/v1/sessions/s1/stream`, { type: 'hello', key: keys.alice });
    await expect.poll(() => seqs(talker.frames)).toHaveLength(4);
    talker.socket.send('{"type":"hello"}');
    expect(await talker.closed).toBe(closeCodes.badFrame);
  });

  test('a viewer that reads nothing is cut and costs a bounded buffer', async () => {
    let told = 0;
    const block = 'x'.repeat(100_000);
    const subscribe: ServedReader['subscribe'] = async function* (sessionId, { signal }) {
      const turn = { sessionId, runId: 'r', step: 'model#1', attempt: 1 };
      for (; !signal.aborted && told < 1_000; told += 1) {
        yield { kind: 'text-delta', delta: { ...turn, ordinal: told, text: block } };
      }
    };
    const running = await start({
      limits: { bufferBytes: 200_000, stallMs: 100, patienceMs: 100, heartbeatMs: 60_000 },
      extra: {
        asTenant: () => ({ owner: async () => alice, events: async () => [], subscribe }),
      },
    });
    await speak(running);
    const { keys, server } = running;
    await using viewer = idleViewer(`${server.url}/v1/sessions/s1/stream`, keys.alice);
    // The viewer is a process that has to start.
    await expect.poll(() => told, { timeout: 20_000 }).toBeGreaterThan(3);
    expect(await stable(() => told)).toBeLessThan(1_000);
    expect([closeCodes.slow, 1006]).toContain(await viewer.read());
  });

  test('a server that closes tells its viewers to come back, and takes nobody in', async () => {
    const running = await start();
    await speak(running);
    const { keys, server, ask } = running;
    const viewer = view(`${server.url}/v1/sessions/s1/stream`, { type: 'hello', key: keys.alice });
    await expect.poll(() => seqs(viewer.frames)).toHaveLength(4);
    await server.close();
    expect(await viewer.closed).toBe(closeCodes.restart);
    await expect(ask('/health')).rejects.toThrow('fetch failed');
  });
});

describe('starting', () => {
  test('a taken port is named, with what to do', async () => {
    const { server } = await start();
    const port = Number(new URL(server.url).port);
    await expect(start({ port })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: expect.stringContaining(String(port)),
    });
  });

  test.for(['0.0.0.0', '::'])('%s is not listened at without keys', async (host) => {
    await expect(
      start({ host, access: { kind: 'development', principal: alice } }),
    ).rejects.toMatchObject({ code: 'KEYS_MISSING' });
    await expect(
      start({ host, access: { kind: 'keys', keys: memoryKeyStore() } }),
    ).rejects.toMatchObject({ code: 'KEYS_MISSING' });
  });

  test('in development everybody is the one principal', async () => {
    const { ask } = await start({ access: { kind: 'development', principal: alice } });
    expect((await ask('/v1/principal')).body).toEqual(alice);
  });
});

async function rawAnswer(url: string, request: string): Promise<string> {
  const socket = connectTcp({ host: '127.0.0.1', port: Number(new URL(url).port) });
  socket.write(request);
  return textFrom(socket);
}

/** A viewer in a process of its own: within this one the network guard would read for it. */
function idleViewer(
  url: string,
  key: string,
): AsyncDisposable & { readonly read: () => Promise<number> } {
  const script = `
    import WebSocket from 'ws';
    const viewer = new WebSocket(process.argv[1]);
    viewer.on('open', () => { viewer.send(process.argv[2]); viewer.pause(); });
    viewer.on('close', (code) => { console.log(code); process.exit(); });
    process.stdin.on('data', () => viewer.resume());`;
  const hello = JSON.stringify({ type: 'hello', key });
  const child = spawn(
    process.execPath,
    ['--input-type=module', '-e', script, url.replace('http', 'ws'), hello],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const said = textFrom(child.stdout);
  return {
    read: async () => {
      child.stdin.write('\n');
      return Number(await said);
    },
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await said;
    },
  };
}

/** The value once it has stopped changing. */
async function stable(value: () => number): Promise<number> {
  let last = -1;
  await expect
    .poll(
      () => {
        const before = last;
        last = value();
        return before === last;
      },
      { interval: 500, timeout: 15_000 },
    )
    .toBe(true);
  return last;
}
