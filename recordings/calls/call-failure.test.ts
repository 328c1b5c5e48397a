import { APICallError, type LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { StreamProviderError, streamText } from 'ai';
import { expect, test } from 'vitest';
import { scriptedModel } from '#harness/testing';
import { createCallRecorder, recordModel } from '../recorder/call-recorder.ts';
import { openCallReplay } from '../replayer/calls/open-call-replay.ts';
import { callErrorOf, callFailureOf, streamedErrorOf } from './call-failure.ts';

test('a refusal is one again: whether it is tried again, how long to wait, and what the provider said', () => {
  const refused = new APICallError({
    message: 'Too long',
    url: 'https://host/v1?key=any',
    requestBodyValues: { prompt: 'x' },
    statusCode: 429,
    responseHeaders: { 'retry-after': '7' },
    responseBody: '{"error":{"code":"context_length_exceeded"}}',
    data: { error: { code: 'context_length_exceeded' } },
  });
  const again = callErrorOf(callFailureOf(refused));
  expect(APICallError.isInstance(again)).toBe(true);
  expect(again).toMatchObject({
    message: 'Too long',
    statusCode: 429,
    isRetryable: true,
    responseHeaders: { 'retry-after': '7' },
    responseBody: refused.responseBody,
    data: refused.data,
    url: '',
  });
});

test('an error of somebody’s own keeps its name and what it says', () => {
  const thrown = Object.assign(new Error('No more for today.'), { name: 'BudgetError' });
  expect(callErrorOf(callFailureOf(thrown))).toMatchObject({
    name: 'BudgetError',
    message: 'No more for today.',
  });
});

test.for([
  ['an object', { type: 'overloaded_error', message: 'Overloaded' }],
  ['a text', 'Overloaded'],
] as const)('%s that a provider put into its stream for an error is there again', ([, thrown]) => {
  const failure = callFailureOf(thrown);
  expect(failure.message).toContain('Overloaded');
  expect(streamedErrorOf(failure)).toEqual(thrown);
});

test('what the SDK makes of such an object it makes of the recorded one', async () => {
  const error = { type: 'overloaded_error', message: 'Overloaded' };
  const scripted = scriptedModel({
    name: 'overloaded',
    plays: [{ name: 'answers', when: () => true, answer: () => ({ text: 'Yes.' }) }],
  });
  const model: typeof scripted = {
    ...scripted,
    doStream: async (options) => {
      const { stream } = await scripted.doStream(options);
      const parts: LanguageModelV4StreamPart[] = [];
      for await (const part of stream) parts.push(part);
      return {
        stream: ReadableStream.from([
          ...parts.slice(0, -1),
          { type: 'error', error },
          ...parts.slice(-1),
        ]),
      };
    },
  };
  const seen = async (asked: typeof scripted): Promise<unknown> => {
    const { stream } = streamText({ model: asked, prompt: 'Hello?', onError: () => undefined });
    for await (const part of stream) if (part.type === 'error') return part.error;
    return undefined;
  };
  const recorder = createCallRecorder({ name: 'overloaded', made: 'scripted' });
  const first = await seen(recordModel(model, recorder));
  expect(StreamProviderError.isInstance(first)).toBe(true);
  const again = await seen(openCallReplay(recorder.finish()).model(model));
  expect(again).toEqual(first);
});
