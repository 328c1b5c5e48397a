import { inspect } from 'node:util';
import { APICallError } from '@ai-sdk/provider';
import { RetryError } from 'ai';
import { expect, test } from 'vitest';
import { HarnessError } from '../host/harness-error.ts';
import { ModelCallError } from './model-call-error.ts';

function callError(message: string, statusCode?: number, cause?: unknown): APICallError {
  return new APICallError({
    message,
    url: 'https://user:secret-password@host/v1/responses?key=secret-query',
    requestBodyValues: { input: 'secret prompt' },
    responseHeaders: { 'set-cookie': 'secret-cookie' },
    responseBody: 'secret body',
    ...(statusCode === undefined ? {} : { statusCode }),
    ...(cause === undefined ? {} : { cause, isRetryable: true }),
  });
}

function systemError(code: string): Error {
  return Object.assign(new Error(`connect ${code} 127.0.0.1:9`), { code });
}

function named(name: string): Error {
  return Object.assign(new Error('said'), { name });
}

test.for([
  ['401', callError('no', 401), 'MODEL_KEY_REJECTED', false],
  ['403', callError('no', 403), 'MODEL_KEY_REJECTED', false],
  ['400', callError('no', 400), 'MODEL_REQUEST_REJECTED', false],
  ['404', callError('no', 404), 'MODEL_REQUEST_REJECTED', false],
  ['408', callError('no', 408), 'MODEL_UNAVAILABLE', true],
  ['429', callError('no', 429), 'MODEL_RATE_LIMITED', true],
  ['503', callError('no', 503), 'MODEL_UNAVAILABLE', true],
  [
    'a wrapped network error',
    callError('no', undefined, systemError('ECONNREFUSED')),
    'MODEL_UNAVAILABLE',
    true,
  ],
  [
    'a bare network error',
    new Error('fetch failed', { cause: systemError('ENOTFOUND') }),
    'MODEL_UNAVAILABLE',
    true,
  ],
  ['a time-out', named('TimeoutError'), 'MODEL_TIMED_OUT', true],
  ['an abort', named('AbortError'), 'MODEL_CALL_ABORTED', false],
  ['unreadable JSON', named('AI_JSONParseError'), 'MODEL_ANSWER_INVALID', true],
  ['a bug', new TypeError('x is not a function'), 'MODEL_CALL_FAILED', false],
  ['no error at all', 'a string', 'MODEL_CALL_FAILED', false],
  ['nothing', undefined, 'MODEL_CALL_FAILED', false],
] as const)('%s is classified', ([, thrown, code, retryable]) => {
  expect(ModelCallError.from(thrown)).toMatchObject({ code, retryable });
});

test.for([
  ['milliseconds', { 'retry-after-ms': '1500', 'retry-after': '9' }, 1500],
  ['seconds', { 'Retry-After': '20' }, 20_000],
  [
    'an hour',
    {
      'retry-after': 'Wed, 21 Oct 2026 07:28:30 GMT',
      date: 'Wed, 21 Oct 2026 07:28:00 GMT',
    },
    30_000,
  ],
  ['an hour, and nobody knows what time it is', { 'retry-after': 'Wed, 21 Oct 2026 07:28:30 GMT' }],
  ['something else', { 'retry-after': 'soon' }],
  ['nothing', {}],
] as const)(
  'a provider that asks to be left alone by %s is understood',
  ([, headers, expected]) => {
    const refused = new APICallError({
      message: 'no',
      url: 'https://host/v1/responses',
      requestBodyValues: {},
      statusCode: 429,
      responseHeaders: headers,
    });
    expect(ModelCallError.from(refused).retryAfterMs).toBe(expected);
  },
);

test('the error inside a retry error decides', () => {
  const errors = [callError('first', 500), callError('last', 429)];
  const error = new RetryError({ message: 'gave up', reason: 'maxRetriesExceeded', errors });
  expect(ModelCallError.from(error)).toMatchObject({ code: 'MODEL_RATE_LIMITED', statusCode: 429 });
});

test('a cycle of causes ends', () => {
  const error = new Error('round');
  error.cause = error;
  expect(ModelCallError.from(error)).toMatchObject({ code: 'MODEL_CALL_FAILED' });
});

test('an error of ours keeps its code and is final, unless it says otherwise', () => {
  const ours = new HarnessError({
    code: 'PLAYBOOK_EXHAUSTED',
    message: 'No play.',
    hint: 'Add one.',
  });
  expect(ModelCallError.from(ours)).toMatchObject({
    code: 'PLAYBOOK_EXHAUSTED',
    message: 'No play. Add one.',
    retryable: false,
  });
  expect(ModelCallError.from(Object.assign(ours, { retryable: true })).retryable).toBe(true);
  const known = ModelCallError.from(callError('no', 429));
  expect(ModelCallError.from(known)).toBe(known);
});

test('neither the key nor the request comes along', () => {
  const message =
    'Incorrect API key provided: sk-proj-secret0123. Sent "Bearer secret-token" to https://user:secret-password@host.';
  const error = ModelCallError.from(callError(message, 401));
  const printed = inspect(error, { depth: 10, showHidden: true });
  expect(printed).not.toMatch(/secret/);
  expect(error.message).toMatchInlineSnapshot(
    `"The model call failed with HTTP 401: Incorrect API key provided: [key]. Sent "Bearer [key] to https://[key]@host. Check OPENAI_API_KEY and what it may use at this endpoint."`,
  );
});

test('a long message is cut', () => {
  expect(ModelCallError.from(callError('x'.repeat(5000), 500)).message.length).toBeLessThan(600);
});
