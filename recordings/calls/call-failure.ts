import { z } from 'zod';
import { type Json, ModelCallError, providerError } from '#harness';
import type { ModelFailure } from '../format/model-failure.ts';
import { jsonOf } from './json-of.ts';

/**
 * How a call of a model failed, as the agent saw it: it may look at what an error is and at what the provider said, and repeat
 * to a model what it says.
 */
export function callFailureOf(error: unknown): ModelFailure {
  const { code, message, retryable, statusCode, retryAfterMs } = ModelCallError.from(error);
  const failure = {
    code,
    message,
    retryable,
    ...(statusCode === undefined ? {} : { statusCode }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
  if (!(error instanceof Error)) return { ...failure, ...objectOf(error) };
  const said = { ...failure, message: error.message };
  if (isOfProvider(error)) return { ...said, ...dataOf(error) };
  // Whatever else it is called is what its code says.
  return code === 'MODEL_CALL_FAILED' && error.name !== 'Error'
    ? { ...said, name: error.name }
    : said;
}

/** A provider may put into its stream what is no error of JavaScript: then it is handed on as it is. */
function objectOf(thrown: unknown): Partial<ModelFailure> {
  const data = jsonIn(() => jsonOf(thrown, ''));
  if (data === undefined) return {};
  const isObject = typeof data === 'object' && data !== null && !Array.isArray(data);
  const message = isObject ? data['message'] : undefined;
  return { message: typeof message === 'string' ? message : JSON.stringify(data), data };
}

/** What the provider said of the failure. */
function dataOf(error: Error): Partial<ModelFailure> {
  const { data, responseBody } = saidSchema.parse(error);
  const said = jsonIn(() => data ?? JSON.parse(responseBody ?? ''));
  return said === undefined ? {} : { data: said };
}

const saidSchema = z.looseObject({
  data: z.unknown().optional(),
  responseBody: z.string().optional().catch(undefined),
});

/** Undefined for what is no JSON: the failure is told without it. */
function jsonIn(read: () => unknown): Json | undefined {
  try {
    return jsonOf(read(), '');
  } catch {
    return undefined;
  }
}

/** The error with which the call fails again. */
export function callErrorOf({ name, ...failure }: ModelFailure): Error {
  const error = providerError(failure);
  if (name !== undefined) error.name = name;
  return error;
}

/** What went wrong within a stream, as the provider put it there. */
export function streamedErrorOf(failure: ModelFailure): unknown {
  const error = callErrorOf(failure);
  const isError = failure.data === undefined || isOfProvider(error);
  return isError ? error : structuredClone(failure.data);
}

/** An `APICallError` of the SDK, of any copy of it. */
const isOfProvider = ({ name }: Error): boolean => name === 'AI_APICallError';
