import type { LanguageModelV4 } from '@ai-sdk/provider';
import { ModelCallError } from '#harness';
import { GenerateNotRecordedError } from '../format/generate-not-recorded-error.ts';
import type { ModelName } from '../format/header.ts';
import type { ModelFailure } from '../format/model-failure.ts';
import { type ModelRequest, requestOf } from '../format/model-request.ts';
import type { Stopwatch } from '../timing/stopwatch.ts';
import { type ObservedAnswer, observeModel, type Watch } from './observe-model.ts';

/** One model call of a session as it happened, ids and times and all. */
export interface ObservedCall extends Pick<ObservedAnswer, 'parts' | 'arrivals'> {
  /** Who answered. */
  readonly model: ModelName;
  readonly request: ModelRequest;
  readonly error?: ModelFailure;
}

/** A model that does what `model` does and tells which calls it answered, or failed. A harness only streams. */
export function recordSessionModel(
  model: LanguageModelV4,
  keep: (call: ObservedCall) => void,
  now?: Stopwatch,
): LanguageModelV4 {
  const { provider, modelId } = model;
  const watch: Watch = (options) => {
    const request = requestOf(options);
    return (answer) => {
      // A step that was given up is made anew.
      if (answer.isGivenUp !== true) {
        keep({ model: { provider, modelId }, request, ...endedAtError(answer) });
      }
    };
  };
  const observed = observeModel(model, watch, now);
  return { ...observed, doGenerate: () => Promise.reject(new GenerateNotRecordedError()) };
}

/** Whoever reads an error part reads no further, so this is where the call ends. */
function endedAtError({
  parts,
  thrown,
  arrivals,
}: ObservedAnswer): Pick<ObservedCall, 'parts' | 'error' | 'arrivals'> {
  const timed = arrivals === undefined ? {} : { arrivals };
  const index = parts.findIndex(({ type }) => type === 'error');
  const part = parts[index];
  if (part?.type === 'error') {
    return { ...timed, parts: parts.slice(0, index), error: failureOf(part.error) };
  }
  return { ...timed, parts, ...(thrown === undefined ? {} : { error: failureOf(thrown.error) }) };
}

export function failureOf(error: unknown): ModelFailure {
  const { code, message, retryable, statusCode, retryAfterMs } = ModelCallError.from(error);
  return {
    code,
    message,
    retryable,
    ...(statusCode === undefined ? {} : { statusCode }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}
