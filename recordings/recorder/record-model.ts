import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider';
import { ModelCallError } from '#harness';
import { GenerateNotRecordedError } from '../format/generate-not-recorded-error.ts';
import { type ModelRequest, requestOf } from '../format/model-request.ts';
import type { ModelFailure } from '../format/recording.ts';

/** One model call as it happened, ids and times and all. */
export interface ObservedCall {
  readonly request: ModelRequest;
  readonly parts: readonly LanguageModelV4StreamPart[];
  readonly error?: ModelFailure;
}

/**
 * A model that does what `model` does and tells what it did. Parts pass on as they come. Only whole calls are told: those
 * that ended by themselves, with an answer or a failure, and not those the caller gave up.
 */
export function recordModel(
  model: LanguageModelV4,
  keep: (call: ObservedCall) => void,
): LanguageModelV4 {
  return {
    specificationVersion: 'v4',
    provider: model.provider,
    modelId: model.modelId,
    supportedUrls: model.supportedUrls,
    doGenerate: () => Promise.reject(new GenerateNotRecordedError()),
    doStream: async (options) => {
      const request = requestOf(options);
      try {
        const { stream, ...head } = await model.doStream(options);
        return { ...head, stream: observe(stream, { request, options, keep }) };
      } catch (error) {
        if (!isGivenUp(options)) keep({ request, parts: [], error: failureOf(error) });
        throw error;
      }
    },
  };
}

function observe(
  stream: ReadableStream<LanguageModelV4StreamPart>,
  call: {
    readonly request: ModelRequest;
    readonly options: LanguageModelV4CallOptions;
    readonly keep: (call: ObservedCall) => void;
  },
): ReadableStream<LanguageModelV4StreamPart> {
  const { request, options, keep } = call;
  const reader = stream.getReader();
  const parts: LanguageModelV4StreamPart[] = [];
  let isTold = false;
  const tell = (error?: unknown): void => {
    if (isTold || isGivenUp(options)) return;
    isTold = true;
    keep({ request, parts, ...(error === undefined ? {} : { error: failureOf(error) }) });
  };
  return new ReadableStream(
    {
      pull: async (controller) => {
        try {
          const { done, value } = await reader.read();
          if (done) {
            tell();
            controller.close();
            return;
          }
          // Whoever reads an error part reads no further, so this is where the call ends.
          if (value.type === 'error') tell(value.error);
          if (!isTold) parts.push(value);
          controller.enqueue(value);
        } catch (error) {
          tell(error);
          controller.error(error);
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

function isGivenUp({ abortSignal }: LanguageModelV4CallOptions): boolean {
  return abortSignal?.aborted === true;
}

function failureOf(error: unknown): ModelFailure {
  const { code, message, retryable, statusCode, retryAfterMs } = ModelCallError.from(error);
  return {
    code,
    message,
    retryable,
    ...(statusCode === undefined ? {} : { statusCode }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}
