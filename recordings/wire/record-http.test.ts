import { randomInt } from 'node:crypto';
import { get } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { generateText, isStepCount, tool } from 'ai';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { scriptedModel } from '#harness/testing';
import type { CallRecording } from '../format/call-recording.ts';
import { parseAnyRecording } from '../format/parse-recording.ts';
import { serializeRecording } from '../format/serialize-recording.ts';
import { createCallRecorder, recordModel, recordTools } from '../recorder/call-recorder.ts';
import { type CallReplay, openCallReplay } from '../replayer/calls/open-call-replay.ts';
import { ReplayDivergedError } from '../replayer/replay-diverged-error.ts';
import { type HttpServer, sayJson, startHttpServer } from '../testing/start-http-server.ts';
import { recordHttp } from './record/record-http.ts';

// An agent whose tools speak HTTP, one through `fetch` and one through `node:http`, two calls of each side by side.

const model = scriptedModel({
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
});

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
  readonly model: ReturnType<typeof scriptedModel>;
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
): Promise<{ readonly replay: CallReplay; readonly said: string }> {
  const replay = openCallReplay(recording, { tools: 'live' });
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
