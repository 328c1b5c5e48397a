import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createOpenAI } from '@ai-sdk/openai';
import { APICallError, generateText, isStepCount, streamText, tool } from 'ai';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { jsonSchema } from '#harness';
import { type OpenAiFault, startOpenAiServer } from '#harness/testing';
import type { CallRecording } from '../format/call-recording.ts';
import { findSecrets } from '../format/find-secrets.ts';
import { parseAnyRecording } from '../format/parse-recording.ts';
import { RecordingInvalidError } from '../format/recording-invalid-error.ts';
import { serializeRecording } from '../format/serialize-recording.ts';
import { createCallRecorder, recordTools } from '../recorder/call-recorder.ts';
import { RecordingIncompleteError } from '../recorder/recording-incomplete-error.ts';
import { openCallReplay } from '../replayer/calls/open-call-replay.ts';
import { ReplayDivergedError } from '../replayer/replay-diverged-error.ts';
import { cutAnew } from '../testing/cut-anew.ts';
import {
  isOfLine,
  type Mutation,
  mutate,
  pathsIn,
  signed,
  valueAt,
} from '../testing/mutation/mutation.ts';
import { type HttpServer, sayJson, startHttpServer } from '../testing/start-http-server.ts';
import { type Fetch, recordFetch } from './record/record-fetch.ts';
import type { Chunks } from './record/write-http.ts';

const nowhere = 'http://127.0.0.1:47/v1';

const playbook = {
  name: 'desk-1',
  plays: [
    {
      name: 'looks up',
      when: ({ messages }: { readonly messages: readonly unknown[] }) => messages.length === 1,
      answer: () => ({
        text: 'I will have a look at it: ein Häuschen für 5 €.',
        calls: [{ tool: 'lookUp', input: { city: 'Zürich' } }],
      }),
    },
    {
      name: 'answers',
      when: () => true,
      answer: () => ({ text: 'It is sunny in Zürich. Write to ann@example.com. ☀️' }),
    },
  ],
};

interface Change {
  readonly city?: string;
  readonly system?: string;
  readonly model?: string;
  readonly temperature?: number;
  readonly turns?: number;
  readonly signal?: AbortSignal;
}

const tools = {
  lookUp: tool({
    description: 'The weather of a city.',
    inputSchema: z.object({ city: z.string() }),
    execute: ({ city }) => ({ city, weather: 'sunny' }),
  }),
};

/** An agent that is handed a fetch, and streams or does not. */
async function ask(
  fetch: Fetch,
  url: string,
  { city = 'Zürich', system = 'You are brief.', model = 'desk-1', turns = 2, ...rest }: Change = {},
): Promise<string> {
  const provider = createOpenAI({ baseURL: url, apiKey: 'sk-of-a-test-0123456789', fetch });
  const asked = {
    model: provider(model),
    instructions: system,
    prompt: `How is ${city}? Ask ann@example.com.`,
    tools,
    stopWhen: isStepCount(turns),
    maxRetries: 0,
    ...(rest.temperature === undefined ? {} : { temperature: rest.temperature }),
  };
  const first = await generateText(asked);
  const result = streamText({ ...asked, onError: () => undefined });
  let streamed = '';
  for await (const part of result.stream) if (part.type === 'text-delta') streamed += part.text;
  return `${first.text} | ${streamed}`;
}

async function record(chunks: Chunks): Promise<{ recording: CallRecording; said: string }> {
  await using server = await startOpenAiServer({ playbook, chunkDelayMs: () => randomInt(3) });
  const recorder = createCallRecorder({ name: 'desk', made: 'scripted', chunks });
  const answer = await ask(recordFetch(cutAnew(fetch), recorder), server.url);
  return { recording: recorder.finish(), said: answer };
}

const { recording, said } = await record('left-out');

test('recorded twice, cut otherwise and at another pace, the file is the same to the byte', async () => {
  const again = await record('left-out');
  const text = serializeRecording(again.recording);
  expect(text).toBe(serializeRecording(recording));
  expect(serializeRecording(parseAnyRecording(text, 'desk'))).toBe(text);
  expect(recording.header).toMatchObject({ fidelity: 'wire', made: 'scripted' });
  expect(recording.exchanges.map(({ t, lane, n }) => `${lane}#${n} ${t}`)).toEqual([
    'main#0 http',
    'main#1 http',
    'main#2 http',
    'main#3 http',
  ]);
  expect(findSecrets(text)).toEqual([]);
  expect(text).not.toMatch(/sk-of-a-test|ann@example|127\.0\.0\.1/);
});

test('replayed without a server the agent says the same', async () => {
  const replay = openCallReplay(recording);
  const again = await ask(replay.fetch, nowhere);
  expect(again).toBe(said.replaceAll('ann@example.com', '[e-mail 1]'));
  expect(replay.finish()).toEqual({
    recording: 'desk',
    models: 0,
    tools: 0,
    http: 4,
    verdict: 'same',
    drifts: [],
    unverifiable: [],
    policies: [],
  });
});

test.each([
  ['another question', { city: 'Bern' }, 'MESSAGE'],
  ['another instruction', { system: 'You are long.' }, 'SYSTEM'],
  ['another model', { model: 'desk-2' }, 'MODEL'],
  ['another setting', { temperature: 0.5 }, 'PARAMS'],
] as const)('%s diverges where it is asked', async (_, change, kind) => {
  const replay = openCallReplay(recording);
  await expect(ask(replay.fetch, nowhere, change)).rejects.toThrow(ReplayDivergedError);
  expect(replay.divergence()).toMatchObject({
    class: kind,
    at: { place: { lane: 'main', ordinal: 0 } },
  });
  expect(() => replay.finish()).toThrow(ReplayDivergedError);
});

const onTrial = { level: 'warn', reason: 'on trial', until: '2099-01-01' } as const;

/** What replaying the changed agent comes to where a class is accepted. */
async function askAccepting(kind: 'SYSTEM' | 'MESSAGE' | 'PARAMS', change: Change, today: string) {
  const drift = { policy: { [kind]: onTrial }, today };
  const replay = openCallReplay(recording, { drift });
  const answer = await ask(replay.fetch, nowhere, change).catch(() => undefined);
  return { answer, replay };
}

test('an accepted class is answered as recorded at every place, and covers for no other, in the same conversation too', async () => {
  const system = { system: 'You are long.' };
  const { answer, replay } = await askAccepting('SYSTEM', system, '2026-01-01');
  expect(answer).toBe(said.replaceAll('ann@example.com', '[e-mail 1]'));
  expect(replay.finish()).toMatchObject({
    verdict: 'same',
    http: 4,
    drifts: [0, 1, 2, 3].map((ordinal) => ({ class: 'SYSTEM', at: { place: { ordinal } } })),
    policies: [{ class: 'SYSTEM', drifts: 4 }],
  });
  const both = await askAccepting('SYSTEM', { ...system, city: 'Bern' }, '2026-01-01');
  expect(both.answer).toBeUndefined();
  expect(both.replay.divergence()).toMatchObject({
    class: 'MESSAGE',
    difference: { subject: 'input', pointer: '/1/content/0/text' },
  });
  const ended = await askAccepting('SYSTEM', system, '2099-01-02');
  expect(ended.replay.divergence()).toMatchObject({ class: 'SYSTEM', expired: onTrial });
});

test('a call that is missing, and one too many, are told at the end and where they are', async () => {
  const short = openCallReplay(recording);
  await ask(short.fetch, nowhere, { turns: 1 }).catch(() => undefined);
  expect(() => short.finish()).toThrow(ReplayDivergedError);
  const one = openCallReplay({ ...recording, exchanges: recording.exchanges.slice(0, 3) });
  // A stream swallows what its fetch throws.
  await ask(one.fetch, nowhere);
  expect(() => one.finish()).toThrow(ReplayDivergedError);
  expect(one.divergence()).toMatchObject({ class: 'EXTRA_CALL', at: { place: { ordinal: 3 } } });
  const most = openCallReplay(recording);
  await generateText({
    model: createOpenAI({ baseURL: nowhere, apiKey: 'any', fetch: most.fetch })('desk-1'),
    instructions: 'You are brief.',
    prompt: 'How is Zürich? Ask ann@example.com.',
    tools,
  });
  expect(() => most.finish()).toThrow(ReplayDivergedError);
  expect(most.divergence()).toMatchObject({ class: 'MISSING_CALL', at: { place: { ordinal: 1 } } });
});

test('whatever is changed in a recorded request, the replay is told, at that request', async () => {
  const lines = serializeRecording(recording)
    .trim()
    .split('\n')
    .map((line) => jsonSchema.parse(JSON.parse(line)));
  const line = 2;
  const request = valueAt(lines[line], ['request']) ?? null;
  const inRequest = pathsIn(request, 'leaves').flatMap((path) =>
    (['changed', 'removed'] as const).map(
      (kind): Mutation => ({ kind, line, path: ['request', ...path] }),
    ),
  );
  const ofLines = (['line gone', 'line swapped with the next'] as const).flatMap((kind) =>
    [1, 2, 3].map((each): Mutation => ({ kind, line: each, path: [] })),
  );
  const missed: Mutation[] = [];
  for (const mutation of [...inRequest, ...ofLines]) {
    const changed = mutatedRecording(signed(mutate(lines, mutation)));
    if (changed === undefined) continue;
    const replay = openCallReplay(changed);
    await ask(replay.fetch, nowhere).catch(() => undefined);
    const isTold = isThrown(() => replay.finish());
    const isThere = isOfLine(mutation) || replay.divergence()?.line === line + 1;
    if (!isTold || !isThere) missed.push(mutation);
  }
  expect(missed).toEqual([]);
  expect(inRequest.length).toBeGreaterThan(50);
});

/** Undefined for what is no recording any more. */
function mutatedRecording(text: string): CallRecording | undefined {
  try {
    const read = parseAnyRecording(text, 'mutated');
    return 'events' in read ? undefined : read;
  } catch (error) {
    if (error instanceof RecordingInvalidError) return undefined;
    throw error;
  }
}

function isThrown(work: () => unknown): boolean {
  try {
    work();
    return false;
  } catch (error) {
    return error instanceof ReplayDivergedError;
  }
}

test('what can be read once is sent and recorded, and an answer says where it came from', async () => {
  await using server = await startHttpServer(({ path, body, reply }) => {
    if (path === '/old') return void reply.writeHead(303, { location: '/new' }).end();
    sayJson(reply, { path, body });
  });
  const askAll = async (asked: Fetch): Promise<readonly unknown[]> => {
    const made = new Request(`${server.url}/made`, { method: 'PUT', body: 'made' });
    const body = new Blob(['said ', 'once']).stream();
    const streamed = { method: 'POST', body, duplex: 'half' } as const;
    const answers = [await asked(made), await asked(`${server.url}/streamed`, streamed)];
    return Promise.all(answers.map(async (answer) => answer.json()));
  };
  const recorder = createCallRecorder({ name: 'once' });
  const watched = recordFetch(fetch, recorder);
  const seen = await askAll(watched);
  expect(seen).toEqual([
    { path: '/made', body: 'made' },
    { path: '/streamed', body: 'said once' },
  ]);
  const moved = await watched(new URL(`${server.url}/old`));
  expect([moved.url, moved.redirected]).toEqual([`${server.url}/new`, true]);
  await moved.text();
  const replay = openCallReplay(throughFile(recorder.finish()));
  expect(await askAll(replay.fetch)).toEqual(seen);
  await (await replay.fetch(`${server.url}/old`)).text();
  expect(replay.finish()).toMatchObject({ verdict: 'same', http: 3 });
});

/** Every piece in which an answer comes to whoever reads it. */
async function piecesFrom(fetch: Fetch, url: string): Promise<readonly string[]> {
  const { body } = await fetch(url, { method: 'POST', body: '{}' });
  const pieces: string[] = [];
  for await (const piece of body ?? []) pieces.push(Buffer.from(piece).toString('hex'));
  return pieces;
}

test('with chunks kept every cut comes back, also within a character, and otherwise each event is a piece', async () => {
  const events = ['Zürich', '☀️', '🌦'].map((text) => `data: ${JSON.stringify({ text })}\n\n`);
  await using server = await startHttpServer(({ reply }) => {
    reply.writeHead(200, { 'content-type': 'text/event-stream' }).end(events.join(''));
  });
  const url = `${server.url}/v1/responses`;
  for (let time = 0; time < 20; time += 1) {
    const kept = createCallRecorder({ name: 'cuts', chunks: 'kept' });
    const seen = await piecesFrom(recordFetch(cutAnew(fetch, 7), kept), url);
    const again = openCallReplay(throughFile(kept.finish()));
    expect(await piecesFrom(again.fetch, url)).toEqual(seen);
    expect(again.finish()).toMatchObject({ verdict: 'same', http: 1 });
  }
  const recorder = createCallRecorder({ name: 'events' });
  await piecesFrom(recordFetch(cutAnew(fetch, 7), recorder), url);
  const pieces = await piecesFrom(openCallReplay(recorder.finish()).fetch, url);
  expect(pieces.map((piece) => Buffer.from(piece, 'hex').toString())).toEqual(events);
});

test('with chunks kept the agent says the same, to the letter of every id', async () => {
  const kept = await record('kept');
  const replay = openCallReplay(throughFile(kept.recording));
  // An address had to be taken out of the answers, which are kept by their events for it.
  expect(await ask(replay.fetch, nowhere)).toBe(
    kept.said.replaceAll('ann@example.com', '[e-mail 1]'),
  );
  expect(replay.finish()).toMatchObject({ verdict: 'same', http: 4 });
  expect(JSON.stringify(kept.recording.exchanges)).toMatch(/"call_[0-9a-f]{48}"/);
});

test('whoever asks has each byte as it comes', async () => {
  const arrived = Promise.withResolvers<void>();
  await using server = await startHttpServer(async ({ reply }) => {
    reply.writeHead(200, { 'content-type': 'text/plain' }).write('first');
    // Nothing more comes until the first has been read.
    await arrived.promise;
    reply.end('second');
  });
  const recorder = createCallRecorder({ name: 'stream' });
  const { body } = await recordFetch(fetch, recorder)(server.url);
  const pieces: string[] = [];
  for await (const piece of body ?? []) {
    pieces.push(Buffer.from(piece).toString());
    arrived.resolve();
  }
  expect(pieces).toEqual(['first', 'second']);
});

/** All that an agent sees of one streamed answer, its failures with what decides whether they are tried again. */
async function seenOf(
  fetch: Fetch,
  url: string,
  signal?: AbortController,
): Promise<readonly unknown[]> {
  const provider = createOpenAI({ baseURL: url, apiKey: 'any', fetch });
  const seen: unknown[] = [];
  try {
    const { stream } = await provider('desk-1').doStream({
      prompt: [{ role: 'user', content: [{ type: 'text', text: 'How is Zürich?' }] }],
      ...(signal === undefined ? {} : { abortSignal: signal.signal }),
    });
    for await (const part of stream) {
      seen.push(part.type === 'error' ? failureIn(part.error) : part.type);
      if (part.type === 'text-delta') signal?.abort();
    }
  } catch (error) {
    seen.push(failureIn(error));
  }
  return seen;
}

function failureIn(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, cause } = error;
  if (!APICallError.isInstance(error)) {
    return { name, message, cause: cause instanceof Error ? cause.message : undefined };
  }
  const { statusCode, isRetryable, responseBody, responseHeaders } = error;
  return {
    name,
    message,
    statusCode,
    isRetryable,
    said: JSON.parse(responseBody ?? 'null'),
    retryAfter: responseHeaders?.['retry-after'],
  };
}

const throughFile = (each: CallRecording): CallRecording => {
  const read = parseAnyRecording(serializeRecording(each), each.header.name);
  if ('events' in read) throw new TypeError('a session');
  return read;
};

test.each([
  'rate-limited',
  'server-error',
  'cut-stream',
  'reset-stream',
  'error-event',
  'malformed-json',
] as const satisfies readonly OpenAiFault[])(
  'what the agent sees of %s it sees again',
  async (fault) => {
    await using server = await startOpenAiServer({ playbook, faults: [fault] });
    const recorder = createCallRecorder({ name: fault });
    const seen = await seenOf(recordFetch(fetch, recorder), server.url);
    const replay = openCallReplay(throughFile(recorder.finish()));
    expect(await seenOf(replay.fetch, nowhere)).toEqual(seen);
    expect(replay.finish()).toMatchObject({ verdict: 'same', http: 1 });
  },
);

test('a refusal comes back with how long to wait, and a connection that failed with why', async () => {
  await using server = await startHttpServer(({ reply }) => {
    reply.setHeader('retry-after', '7').setHeader('x-request-id', 'req_1');
    sayJson(reply, { error: { message: 'Slow down.', code: 'rate_limit_exceeded' } }, 429);
  });
  const recorder = createCallRecorder({ name: 'refused' });
  const watched = recordFetch(fetch, recorder);
  const refused = await seenOf(watched, `${server.url}/v1`);
  await server[Symbol.asyncDispose]();
  const failed = await seenOf(watched, `${server.url}/v1`);
  const replay = openCallReplay(throughFile(recorder.finish()));
  expect(refused).toMatchObject([{ statusCode: 429, isRetryable: true, retryAfter: '7' }]);
  expect(failed).toMatchObject([
    { isRetryable: true, message: expect.stringContaining('ECONNREFUSED') },
  ]);
  expect(await seenOf(replay.fetch, nowhere)).toEqual(refused);
  const again = await seenOf(replay.fetch, nowhere);
  expect(again).toMatchObject([
    { isRetryable: true, message: expect.stringContaining('ECONNREFUSED') },
  ]);
  expect(replay.finish()).toMatchObject({ verdict: 'same', http: 2 });
});

test('an answer that was given up is given up again, and whoever waits for more of it is told', async () => {
  await using server = await startOpenAiServer({ playbook, faults: ['stalled-stream'] });
  const recorder = createCallRecorder({ name: 'given up' });
  const seen = await seenOf(recordFetch(fetch, recorder), server.url, new AbortController());
  const given = throughFile(recorder.finish());
  expect(given.exchanges).toMatchObject([{ answer: { status: 200, end: { kind: 'given-up' } } }]);
  const replay = openCallReplay(given);
  expect(await seenOf(replay.fetch, nowhere, new AbortController())).toEqual(seen);
  expect(replay.finish()).toMatchObject({ verdict: 'same', http: 1 });

  const patient = openCallReplay(given);
  const [http] = given.exchanges;
  if (http?.t !== 'http' || http.request.body === undefined || !('json' in http.request.body)) {
    throw new TypeError('another recording');
  }
  const { headers = {}, body } = http.request;
  const response = await patient.fetch(`${nowhere}/responses`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body.json),
  });
  const reader = response.body?.getReader();
  const read = Array.from({ length: seen.length + 9 }, async () => reader?.read());
  await Promise.race([...read.slice(-1), nextTurn()]);
  expect(() => patient.finish()).toThrow(ReplayDivergedError);
  expect(patient.divergence()).toMatchObject({
    class: 'EXTRA_CALL',
    at: { place: { ordinal: 0 } },
  });
  await reader?.cancel();
  await Promise.allSettled(read);
});

/** Chat Completions, streamed or not, with ids and times that are others each time. */
function startChat(): Promise<HttpServer> {
  return startHttpServer(({ path, body, reply }) => {
    const asked = chatSchema.parse(JSON.parse(body));
    const head = {
      id: `chatcmpl-${randomInt(1e9)}`,
      created: randomInt(1e9),
      model: asked.model,
      system_fingerprint: path,
    };
    const call = {
      id: `call_${randomInt(1e9)}`,
      type: 'function',
      function: { name: 'lookUp', arguments: '{"city":"Zürich"}' },
    };
    const isFirst = !asked.messages.some(({ role }) => role === 'tool');
    const message = isFirst
      ? { role: 'assistant', content: null, tool_calls: [call] }
      : { role: 'assistant', content: 'It is sunny.' };
    const finish = isFirst ? 'tool_calls' : 'stop';
    if (asked.stream !== true) {
      const choice = { index: 0, message, finish_reason: finish };
      return sayJson(reply, { ...head, object: 'chat.completion', choices: [choice] });
    }
    const delta = isFirst ? { ...message, tool_calls: [{ index: 0, ...call }] } : message;
    const frames = [
      { index: 0, delta, finish_reason: null },
      { index: 0, delta: {}, finish_reason: finish },
    ].map((choice) => ({ ...head, object: 'chat.completion.chunk', choices: [choice] }));
    const lines = [...frames.map((frame) => JSON.stringify(frame)), '[DONE]'];
    reply.writeHead(200, { 'content-type': 'text/event-stream' });
    reply.end(`: here it comes\n\n${lines.map((line) => `data: ${line}\n\n`).join('')}`);
  });
}

const chatSchema = z.looseObject({
  model: z.string(),
  stream: z.boolean().optional(),
  messages: z.array(z.looseObject({ role: z.string() })),
});

async function chat(fetch: Fetch, url: string, offered: typeof tools): Promise<string> {
  const model = createOpenAI({ baseURL: `${url}/v1`, apiKey: 'any', fetch }).chat('desk-1');
  const asked = { model, tools: offered, prompt: 'How is Zürich?', stopWhen: isStepCount(2) };
  const { text } = await generateText(asked);
  let streamed = '';
  for await (const piece of streamText(asked).textStream) streamed += piece;
  return `${text} | ${streamed}`;
}

test.each(['left-out', 'kept'] as const)(
  'Chat Completions and the tools between are recorded and replayed, chunks %s',
  async (chunks) => {
    const once = async (): Promise<CallRecording> => {
      await using server = await startChat();
      const recorder = createCallRecorder({ name: 'chat', made: 'scripted', chunks });
      const watched = recordFetch(cutAnew(fetch), recorder);
      expect(await chat(watched, server.url, recordTools(tools, recorder))).toBe(
        'It is sunny. | It is sunny.',
      );
      return throughFile(recorder.finish());
    };
    const first = await once();
    const again = await once();
    // What is kept is chance: no two are the same.
    expect(serializeRecording(first) === serializeRecording(again)).toBe(chunks === 'left-out');
    expect(first.exchanges.map(({ t }) => t)).toEqual([
      'http',
      'tool',
      'http',
      'http',
      'tool',
      'http',
    ]);
    for (const answers of ['recorded', 'live'] as const) {
      const replay = openCallReplay(first, { tools: answers });
      const answer = await chat(replay.fetch, 'http://127.0.0.1:47', replay.tools(tools));
      expect(answer).toBe('It is sunny. | It is sunny.');
      expect(replay.finish()).toMatchObject({ verdict: 'same', http: 4, tools: 2 });
    }
  },
);

async function logIn(asked: Fetch, url: string, key: string): Promise<Response> {
  return asked(`${url}/login/ann%40example.com?key=${key}&page=2`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'x-tenant': 'acme',
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ client_secret: key, grant: 'all', to: 'ann@example.com' }),
  });
}

test('what gives access is a placeholder wherever it stands, and compared as one', async () => {
  await using server = await startHttpServer(({ reply }) => {
    reply.setHeader('set-cookie', 'session=cookie-of-a-test');
    sayJson(reply, { access_token: 'token-of-a-test', note: 'sk-test0123456789abcdefgh' });
  });
  const recorder = createCallRecorder({ name: 'login' });
  const headers = ['Authorization', 'x-tenant', 'set-cookie'];
  const watched = recordFetch(fetch, recorder, { headers });
  await (await logIn(watched, server.url, 'key-of-a-test')).text();
  const login = throughFile(recorder.finish());
  expect(login.exchanges).toMatchObject([
    {
      request: {
        path: '/login/[e-mail 1]?key=[credential 1]&page=2',
        headers: { authorization: '[credential 2]', 'x-tenant': 'acme' },
        body: { text: 'client_secret=[credential 1]&grant=all&to=[e-mail 1]' },
      },
      answer: {
        headers: { 'set-cookie': '[credential 3]' },
        body: { json: { access_token: '[credential 4]', note: '[key 1]' } },
      },
    },
  ]);
  expect(serializeRecording(login)).not.toMatch(/of-a-test|ann@|ann%40/);
  const replay = openCallReplay(login);
  await logIn(replay.fetch, server.url, 'another-key');
  expect(replay.finish()).toMatchObject({ verdict: 'same', http: 1 });
});

test('what cannot be kept, and a secret that nothing recognises, is refused, and nothing is written', async () => {
  await using server = await startHttpServer(({ path, reply }) => {
    if (path === '/text') return void reply.end('the purple-elephant is in the garden');
    const type = { '/bytes': 'application/octet-stream', '/picture': 'image/png' }[path];
    const holds = path === '/bytes' ? 'sk-test0123456789abcdefgh' : ' ann@example.com ';
    reply.writeHead(200, { 'content-type': type ?? 'text/plain; charset=latin1' });
    reply.end(Buffer.from([0xff, 0, ...Buffer.from(holds)]));
  });
  const file = join(await mkdtemp(join(tmpdir(), 'groundhog-wire-')), 'refused.jsonl');
  const form = new FormData();
  form.append('file', new Blob(['pixels']), 'a.png');
  const cases = [
    ['/text', {}, 'RECORDING_HOLDS_SECRET'],
    ['/bytes', {}, 'RECORDING_UNREPRESENTABLE'],
    ['/latin-1', {}, 'RECORDING_UNREPRESENTABLE'],
    ['/text', { method: 'POST', body: form }, 'RECORDING_UNREPRESENTABLE'],
  ] as const;
  for (const [path, init, code] of cases) {
    const recorder = createCallRecorder({ name: 'refused' });
    await (await recordFetch(fetch, recorder)(`${server.url}${path}`, init)).bytes();
    // The agent goes on as if nobody watched.
    await expect(
      (async () => recorder.save(file, { secrets: ['purple-elephant'] }))(),
    ).rejects.toMatchObject({ code });
  }
  expect(existsSync(file)).toBe(false);
  // A picture holds whatever chance makes of it.
  const recorder = createCallRecorder({ name: 'picture' });
  await (await recordFetch(fetch, recorder)(`${server.url}/picture`)).bytes();
  await recorder.save(file);
  await rm(dirname(file), { recursive: true });
});

test('an answer whose body nobody read is a whole recording, and one half read is not', async () => {
  await using server = await startHttpServer(({ reply }) => sayJson(reply, { ok: true }));
  const recorder = createCallRecorder({ name: 'status only' });
  const response = await recordFetch(fetch, recorder)(server.url);
  expect(response.ok).toBe(true);
  const unread = throughFile(recorder.finish());
  const replay = openCallReplay(unread);
  expect((await replay.fetch(server.url)).ok).toBe(true);
  expect(replay.finish()).toMatchObject({ verdict: 'same', http: 1 });
  await response.body?.getReader().read();
  expect(() => recorder.finish()).toThrow(RecordingIncompleteError);
});
