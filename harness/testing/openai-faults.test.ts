// What each fault of the wire becomes at the seam the agent loop stands on: streamText with no
// retries. The loop must look at three places: error parts, the finish reason, and what iterating throws.

import { generateText, streamText } from 'ai';
import { expect, test } from 'vitest';
import { liveModel } from '../model/live-model.ts';
import { ModelCallError } from '../model/model-call-error.ts';
import type { OpenAiFault } from './openai/fault.ts';
import { startOpenAiServer } from './openai-server.ts';
import type { Playbook } from './playbook.ts';

const playbook: Playbook = {
  name: 'desk',
  plays: [
    {
      name: 'greet',
      when: () => true,
      answer: () => ({ text: 'Hello, how can I help you today?' }),
    },
  ],
};

/** Where an error showed, how it is classified, and what the stream came to. */
interface Seen {
  readonly parts: string;
  readonly error?: string;
  readonly thrown?: string;
  readonly finishReason: string;
  readonly text: string;
}

async function stream(fault: OpenAiFault, timeout?: { chunkMs: number }): Promise<Seen> {
  await using server = await startOpenAiServer({ playbook, faults: [fault] });
  const model = await liveModel({ apiKey: 'key-of-the-test', baseUrl: server.url, model: 'desk' });
  const result = streamText({
    model,
    prompt: 'hello',
    maxRetries: 0,
    onError: () => undefined,
    ...(timeout && { timeout }),
  });
  const types: string[] = [];
  const seen: { error?: string; thrown?: string } = {};
  let text = '';
  try {
    for await (const part of result.stream) {
      if (types.at(-1) !== part.type) types.push(part.type);
      if (part.type === 'text-delta') text += part.text;
      if (part.type === 'error') seen.error = classOf(part.error);
    }
  } catch (error) {
    seen.thrown = classOf(error);
  }
  const finishReason = await Promise.resolve(result.finishReason).catch(
    (error: unknown) => `rejected: ${nameOf(error)}`,
  );
  expect(server.requests()).toBe(1);
  return { parts: types.join(' '), ...seen, finishReason, text };
}

async function generate(fault: OpenAiFault): Promise<string> {
  await using server = await startOpenAiServer({ playbook, faults: [fault] });
  const model = await liveModel({ apiKey: 'key-of-the-test', baseUrl: server.url, model: 'desk' });
  const outcome = await generateText({ model, prompt: 'hello', maxRetries: 0 }).then(
    (result) => `answered: ${result.finishReason}`,
    classOf,
  );
  expect(server.requests()).toBe(1);
  return outcome;
}

function classOf(error: unknown): string {
  const { code, statusCode, retryable } = ModelCallError.from(error);
  return `${nameOf(error)} → ${code} ${statusCode ?? '-'} ${retryable ? 'retryable' : 'final'}`;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : String(error);
}

const whole = 'Hello, how can I help you today?';
const begun = 'Hello, how c';

test('no fault, no error', async () => {
  expect(await stream('none')).toEqual({
    parts: 'start start-step text-start text-delta text-end finish-step finish',
    finishReason: 'stop',
    text: whole,
  });
  expect(await generate('none')).toBe('answered: stop');
});

test.for([
  ['rate-limited', 'AI_APICallError → MODEL_RATE_LIMITED 429 retryable'],
  ['server-error', 'AI_APICallError → MODEL_UNAVAILABLE 500 retryable'],
] as const)('a refused request (%s) is an error part, and no exception', async ([fault, error]) => {
  expect(await stream(fault)).toEqual({
    parts: 'start error',
    error,
    finishReason: 'rejected: AI_NoOutputGeneratedError',
    text: '',
  });
  expect(await generate(fault)).toBe(error);
});

test('a cut stream is no error at all: only the finish reason tells', async () => {
  expect(await stream('cut-stream')).toEqual({
    parts: 'start start-step text-start text-delta finish-step finish',
    finishReason: 'interrupted',
    text: begun,
  });
  expect(await generate('cut-stream')).toBe('AI_APICallError → MODEL_ANSWER_INVALID 200 retryable');
});

test('a broken connection throws from the iteration', async () => {
  expect(await stream('reset-stream')).toEqual({
    parts: 'start start-step text-start text-delta',
    thrown: 'AI_APICallError → MODEL_UNAVAILABLE 200 retryable',
    finishReason: 'rejected: AI_APICallError',
    text: begun,
  });
  expect(await generate('reset-stream')).toBe('AI_APICallError → MODEL_UNAVAILABLE 200 retryable');
});

test('a stalled stream ends only by a chunk timeout, as an abort part and no error', async () => {
  const seen = await stream('stalled-stream', { chunkMs: 200 });
  expect(seen).toMatchObject({
    parts: expect.stringMatching(/^start .*abort$/),
    finishReason: 'rejected: TimeoutError',
  });
  expect(Object.keys(seen)).not.toContain('error');
  expect(Object.keys(seen)).not.toContain('thrown');
});

test('an error event is an error part, and the stream then finishes with its partial text', async () => {
  expect(await stream('error-event')).toEqual({
    parts: 'start start-step text-start text-delta error finish-step finish',
    error: 'AI_StreamProviderError → MODEL_UNAVAILABLE 500 retryable',
    finishReason: 'error',
    text: begun,
  });
  expect(await generate('error-event')).toBe('AI_APICallError → MODEL_REQUEST_REJECTED 400 final');
});

test('an unreadable event is an error part in a stream that goes on to its end', async () => {
  expect(await stream('malformed-json')).toEqual({
    parts: 'start start-step text-start text-delta error text-delta text-end finish-step finish',
    error: 'AI_JSONParseError → MODEL_ANSWER_INVALID - retryable',
    finishReason: 'error',
    text: whole,
  });
  expect(await generate('malformed-json')).toBe(
    'AI_APICallError → MODEL_ANSWER_INVALID 200 retryable',
  );
});

test('a fault strikes one request, and the next one is answered', async () => {
  await using server = await startOpenAiServer({ playbook, faults: ['none', 'server-error'] });
  const model = await liveModel({ apiKey: 'key-of-the-test', baseUrl: server.url, model: 'desk' });
  const attempts = [];
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const result = generateText({ model, prompt: 'hello', maxRetries: 0 });
    attempts.push(
      await result.then(
        () => 'answered',
        () => 'failed',
      ),
    );
  }
  expect(attempts).toEqual(['answered', 'failed', 'answered']);
});
