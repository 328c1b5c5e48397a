import { randomInt } from 'node:crypto';
import { get } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { LanguageModelV4 } from '@ai-sdk/provider';
import { generateText, isStepCount, tool } from 'ai';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { liveModel } from '#harness';
import { type Playbook, scriptedModel, startOpenAiServer } from '#harness/testing';
import type { CallRecording } from '../format/call-recording.ts';
import { parseAnyRecording } from '../format/parse-recording.ts';
import { serializeRecording } from '../format/serialize-recording.ts';
import {
  type CallRecorder,
  createCallRecorder,
  recordModel,
  recordTools,
} from '../recorder/call-recorder.ts';
import { type CallReplay, openCallReplay } from '../replayer/calls/open-call-replay.ts';
import type { DriftPolicy } from '../replayer/policy/drift-policy.ts';
import { ReplayDivergedError } from '../replayer/replay-diverged-error.ts';
import { type HttpServer, sayJson, startHttpServer } from '../testing/start-http-server.ts';
import { recordFetch } from './record/record-fetch.ts';
import { recordHttp } from './record/record-http.ts';

// An agent whose tools speak HTTP, one through `fetch` and one through `node:http`, two calls of each side by side.

const playbook: Playbook = {
  name: 'traveller',
  plays: [
    {
      name: 'looks up',
      when: ({ messages }) => messages.length === 1,
      answer: () => ({
        calls: [
          { tool: 'weather', input: { city: 'Rome' } },
          { tool: 'weather', input: { city: 'Bern' } },
          { tool: 'fare', input: { city: 'Rome' } },
          { tool: 'fare', input: { city: 'Bern' } },
        ],
      }),
    },
    { name: 'answers', when: () => true, answer: () => ({ text: 'Take the train.' }) },
  ],
};
const model = scriptedModel(playbook);

/** A service that answers at another pace each time, and wants a token first. */
function startWeather(): Promise<HttpServer> {
  return startHttpServer(async ({ path, body, request, reply }) => {
    await delay(randomInt(8));
    if (path === '/token') return sayJson(reply, { access_token: 'a-token-of-a-test' });
    if (path.startsWith('/fares')) return sayJson(reply, { city: path.slice(7), cents: 4250 });
    if (request.headers.authorization !== 'Bearer a-token-of-a-test') {
      return sayJson(reply, { error: 'who are you?' }, 401);
    }
    sayJson(reply, { ...JSON.parse(body), weather: 'sunny', note: 'ask ann@example.com' });
  });
}

function toolsAt(url: string, change: { readonly units?: string; readonly twice?: boolean } = {}) {
  const { units = 'metric', twice = false } = change;
  return {
    weather: tool({
      description: 'The weather of a city.',
      inputSchema: z.object({ city: z.string() }),
      execute: async ({ city }) => {
        const token = await (await fetch(`${url}/token`, { method: 'POST' })).json();
        const ask = async (): Promise<unknown> => {
          const answer = await fetch(`${url}/weather?key=a-key-of-a-test`, {
            method: 'POST',
            headers: {
              'content-type': 'application/json',
              authorization: `Bearer ${tokenSchema.parse(token).access_token}`,
            },
            body: JSON.stringify({ city, units }),
          });
          return answer.json();
        };
        if (twice) await ask();
        return ask();
      },
    }),
    fare: tool({
      description: 'The fare to a city.',
      inputSchema: z.object({ city: z.string() }),
      execute: async ({ city }) => JSON.parse(await getText(`${url}/fares/${city}`)),
    }),
  };
}

const tokenSchema = z.object({ access_token: z.string() });

async function getText(url: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  get(url, (reply) => {
    text(reply).then(resolve, reject);
  }).on('error', reject);
  return promise;
}

async function travel(parts: {
  readonly model: LanguageModelV4;
  readonly tools: ReturnType<typeof toolsAt>;
}): Promise<string> {
  const asked = { ...parts, prompt: 'Rome or Bern?', stopWhen: isStepCount(3) };
  const { text: answer, steps } = await generateText(asked);
  const results = steps.flatMap(({ toolResults }) => toolResults.map(({ output }) => output));
  return JSON.stringify({ answer, results });
}

async function record(): Promise<{ readonly recording: CallRecording; readonly said: string }> {
  await using server = await startWeather();
  const recorder = createCallRecorder({ name: 'traveller', made: 'scripted' });
  const http = await recordHttp(recorder);
  const results = await travel({
    model: recordModel(model, recorder),
    tools: recordTools(toolsAt(server.url), recorder),
  }).finally(http.close);
  return { recording: recorder.finish(), said: results };
}

/** A port of which fetch does not say by itself that it is none to ask. */
const nowhere = 'http://127.0.0.1:47';
const { recording, said } = await record();

async function replayTravel(
  change: { readonly units?: string; readonly twice?: boolean } = {},
  accepted: DriftPolicy = {},
): Promise<{ readonly replay: CallReplay; readonly said: string }> {
  const drift = { policy: accepted, today: '2026-01-01' };
  const replay = openCallReplay(recording, { tools: 'live', drift });
  const http = await replay.http();
  const tools = replay.tools(toolsAt(nowhere, change));
  const asked = travel({ model: replay.model(model), tools }).finally(http.close);
  return { replay, said: await asked.catch(String) };
}

test('what tools ask for over HTTP stands in the lanes of their calls, the same each time it is recorded', async () => {
  const again = await record();
  const file = serializeRecording(recording);
  expect(serializeRecording(again.recording)).toBe(file);
  expect(serializeRecording(parseAnyRecording(file, 'traveller'))).toBe(file);
  expect(recording.header.fidelity).toBe('call');
  expect(
    recording.exchanges.map((each) => {
      const what = each.t === 'http' ? `${each.request.method} ${each.request.path}` : each.t;
      return `${each.lane}#${each.n} ${what}`;
    }),
  ).toEqual([
    'main#0 model',
    'main/call1#0 POST /token',
    'main/call1#1 POST /weather?key=[credential 2]',
    'main#1 tool',
    'main/call2#0 POST /token',
    'main/call2#1 POST /weather?key=[credential 2]',
    'main#2 tool',
    'main/call3#0 GET /fares/Rome',
    'main#3 tool',
    'main/call4#0 GET /fares/Bern',
    'main#4 tool',
    'main#5 model',
  ]);
  expect(file).not.toMatch(/of-a-test|ann@example|127\.0\.0\.1/);
});

test('replayed without the service the tools run and come to the same', async () => {
  const replayed = await replayTravel();
  const expected: unknown = JSON.parse(said.replaceAll('ann@example.com', '[e-mail 1]'));
  expect(JSON.parse(replayed.said)).toEqual(expected);
  expect(replayed.replay.finish()).toMatchObject({ verdict: 'same', models: 2, tools: 4, http: 6 });
});

test.each([
  [
    'a body that is another',
    { units: 'imperial' },
    { class: 'TOOL_INPUT', at: { place: { ordinal: 1 } } },
  ],
  [
    'a request that was not recorded',
    { twice: true },
    { class: 'EXTRA_CALL', at: { place: { ordinal: 2 } } },
  ],
] as const)(
  '%s diverges in the lane of the tool, although the tool is answered',
  async (_, change, divergence) => {
    const { replay } = await replayTravel(change);
    expect(() => replay.finish()).toThrow(ReplayDivergedError);
    expect(replay.divergence()).toMatchObject(divergence);
    expect(replay.divergence()?.at?.place.lane).toMatch(/^main\/call[12]$/);
  },
);

test('what a tool asks otherwise over HTTP is accepted, and answered as recorded', async () => {
  const onTrial = { level: 'warn', reason: 'on trial', until: '2026-12-31' } as const;
  const { replay } = await replayTravel({ units: 'imperial' }, { TOOL_INPUT: onTrial });
  expect(replay.finish()).toMatchObject({
    verdict: 'same',
    tools: 4,
    http: 6,
    policies: [{ class: 'TOOL_INPUT', drifts: 2 }],
  });
});

test('where no tool runs nothing is asked for over HTTP, and that is no agreement', async () => {
  const replay = openCallReplay(recording);
  const http = await replay.http();
  const tools = replay.tools(toolsAt(nowhere));
  await travel({ model: replay.model(model), tools }).finally(http.close);
  expect(replay.finish()).toMatchObject({ verdict: 'unverifiable', models: 2, tools: 4, http: 0 });
});

test('an origin that is allowed is no part of it, and one HTTP of a process is recorded once', async () => {
  await using server = await startWeather();
  const recorder = createCallRecorder({ name: 'nothing' });
  const http = await recordHttp(recorder, { allow: [server.url] });
  onTestFinished(http.close);
  expect(await getText(`${server.url}/fares/Rome`)).toContain('4250');
  await expect(recordHttp(recorder)).rejects.toMatchObject({ code: 'HTTP_TAKEN' });
  expect(recorder.finish().exchanges).toEqual([]);
});

test('a stream comes through as it is said, and packed answers and redirects as they are', async () => {
  const arrived = Promise.withResolvers<void>();
  await using server = await startHttpServer(async ({ path, body, reply }) => {
    if (path === '/old') return void reply.writeHead(307, { location: '/packed' }).end();
    if (path === '/gone') return void reply.writeHead(204).end();
    if (path === '/packed') {
      reply.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      return void reply.end(gzipSync(JSON.stringify({ said: body })));
    }
    reply.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: {"n":1}\n\n');
    await arrived.promise;
    reply.end('data: {"n":2}\n\n');
  });
  const ask = async (): Promise<unknown> => {
    const pieces: string[] = [];
    const { body } = await fetch(`${server.url}/stream`);
    for await (const piece of body ?? []) {
      pieces.push(Buffer.from(piece).toString());
      // Nothing more comes until the first has been read.
      arrived.resolve();
    }
    const redirected = await fetch(`${server.url}/old`, { method: 'POST', body: 'kept' });
    const { status } = await fetch(`${server.url}/gone`, { method: 'DELETE' });
    const type = redirected.headers.get('content-type');
    return { pieces, status, type, said: await redirected.json() };
  };
  const recorder = createCallRecorder({ name: 'stream' });
  const recorded = await recordHttp(recorder);
  const seen = await ask().finally(recorded.close);
  expect(seen).toEqual({
    pieces: ['data: {"n":1}\n\n', 'data: {"n":2}\n\n'],
    status: 204,
    type: 'application/json',
    said: { said: 'kept' },
  });
  const replay = openCallReplay(recorder.finish());
  const answered = await replay.http();
  expect(await ask().finally(answered.close)).toEqual(seen);
  expect(replay.finish()).toMatchObject({ verdict: 'same', http: 4 });
  expect(server.asked).toEqual(['GET /stream', 'POST /old', 'POST /packed', 'DELETE /gone']);
});

test('a connection that fails, and a request that is given up, are so again', async () => {
  await using server = await startHttpServer(({ path, reply }) => {
    if (path === '/cut') {
      reply.writeHead(200, { 'content-length': '9' }).write('half');
      setImmediate(() => reply.destroy());
    }
    // Any other is never answered.
  });
  const ask = async (): Promise<readonly string[]> => {
    const given = new AbortController();
    const waiting = fetch(`${server.url}/never`, { signal: given.signal }).then(
      ({ status }) => String(status),
      nameOf,
    );
    setTimeout(() => given.abort(), 20);
    const cut = async (): Promise<string> => (await fetch(`${server.url}/cut`)).text();
    return [await waiting, await cut().catch(nameOf)];
  };
  const recorder = createCallRecorder({ name: 'broken' });
  const recorded = await recordHttp(recorder);
  const seen = await ask().finally(recorded.close);
  expect(seen).toEqual(['AbortError', 'TypeError']);
  const broken = recorder.finish();
  expect(broken.exchanges).toMatchObject([
    { answer: { end: { kind: 'given-up' } } },
    { answer: { status: 200, body: { text: 'half' }, end: { kind: 'failed' } } },
  ]);
  const replay = openCallReplay(broken);
  const answered = await replay.http();
  expect(await ask().finally(answered.close)).toEqual(seen);
  expect(replay.finish()).toMatchObject({ verdict: 'same', http: 2 });
});

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : String(error));

test('what a provider asks for below a recorded model, or through a fetch of ours, is recorded once', async () => {
  await using openAi = await startOpenAiServer({ playbook });
  await using server = await startWeather();
  const lanesOf = async (
    choose: (recorder: CallRecorder) => Promise<LanguageModelV4>,
  ): Promise<readonly string[]> => {
    const recorder = createCallRecorder({ name: 'traveller' });
    const http = await recordHttp(recorder);
    const asked = await choose(recorder);
    const tools = recordTools(toolsAt(server.url), recorder);
    await travel({ model: asked, tools }).finally(http.close);
    return recorder.finish().exchanges.map(({ t, lane }) => `${lane} ${t}`);
  };
  const through = { apiKey: 'any', baseUrl: openAi.url, model: 'traveller' };
  const below = await lanesOf(async (recorder) => recordModel(await liveModel(through), recorder));
  expect(below).toEqual(recording.exchanges.map(({ t, lane }) => `${lane} ${t}`));
  const atTheWire = await lanesOf((recorder) =>
    liveModel({ ...through, fetch: recordFetch(fetch, recorder) }),
  );
  expect(atTheWire).toEqual(below.map((each) => (each === 'main model' ? 'main http' : each)));
  const byMsw = await lanesOf(() => liveModel(through));
  expect(byMsw).toEqual(atTheWire);
});

test('a live model reaches its provider past the recording', async () => {
  await using openAi = await startOpenAiServer({ playbook });
  const replay = openCallReplay(recording, { model: 'live' });
  const http = await replay.http();
  const live = await liveModel({ apiKey: 'any', baseUrl: openAi.url, model: 'traveller' });
  const tools = replay.tools(toolsAt(nowhere));
  await travel({ model: replay.model(live), tools }).finally(http.close);
  expect(openAi.requests()).toBe(2);
  expect(replay.finish()).toMatchObject({ verdict: 'unverifiable', tools: 4, http: 0 });
});

async function recordSideBySide(): Promise<CallRecording> {
  await using server = await startWeather();
  const recorder = createCallRecorder({ name: 'side by side' });
  const http = await recordHttp(recorder);
  const cities = Array.from({ length: 8 }, (_, index) => `city-${index}`);
  await Promise.all(
    cities.map(async (city) => (await fetch(`${server.url}/fares/${city}`)).text()),
  ).finally(http.close);
  return recorder.finish();
}

test('requests side by side stand in the order in which they were made, whenever they arrive', async () => {
  const first = await recordSideBySide();
  for (let time = 0; time < 4; time += 1) {
    expect(serializeRecording(await recordSideBySide())).toBe(serializeRecording(first));
  }
  const replay = openCallReplay(first);
  const http = await replay.http();
  const answers = await Promise.all(
    first.exchanges.map(async (each) => {
      const path = each.t === 'http' ? each.request.path : '';
      return (await fetch(`${nowhere}${path}`)).json();
    }),
  ).finally(http.close);
  expect(answers).toMatchObject(first.exchanges.map((_, index) => ({ city: `city-${index}` })));
  expect(replay.finish()).toMatchObject({ verdict: 'same', http: 8 });
});
