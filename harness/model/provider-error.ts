import { APICallError } from '@ai-sdk/provider';
import { ModelCallError, type ModelCallErrorParts } from './model-call-error.ts';

/**
 * The error with which an adapter of the AI SDK would have failed so: the SDK tries again what it would have tried again. It
 * does so at once, because nobody is to be spared; how long the provider had asked for stands in `retry-after`. `data` is what
 * the provider had said.
 */
export function providerError(failure: ModelCallErrorParts & { readonly data?: unknown }): Error {
  const { code, message, retryable, statusCode, retryAfterMs, data } = failure;
  switch (code) {
    case 'MODEL_TIMED_OUT':
      return new DOMException(message, 'TimeoutError');
    case 'MODEL_CALL_ABORTED':
      return new DOMException(message, 'AbortError');
    case 'MODEL_CALL_FAILED':
      return new Error(message);
    case 'MODEL_KEY_REJECTED':
    case 'MODEL_RATE_LIMITED':
    case 'MODEL_REQUEST_REJECTED':
    case 'MODEL_UNAVAILABLE':
    case 'MODEL_ANSWER_INVALID':
      return new APICallError({
        message,
        url: '',
        requestBodyValues: {},
        ...(statusCode === undefined ? {} : { statusCode }),
        ...(data === undefined ? {} : { data, responseBody: JSON.stringify(data) }),
        // What nobody can read is final to the SDK.
        isRetryable: retryable && code !== 'MODEL_ANSWER_INVALID',
        responseHeaders: {
          'retry-after-ms': '0',
          ...(retryAfterMs === undefined ? {} : { 'retry-after': String(retryAfterMs / 1000) }),
        },
      });
    default:
      return new ModelCallError(failure);
  }
}
