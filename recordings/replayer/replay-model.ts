import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider';
import { ModelCallError } from '#harness';
import { GenerateNotRecordedError } from '../format/generate-not-recorded-error.ts';
import type { ModelName } from '../format/header.ts';
import type { ModelAnswer } from '../format/recording.ts';
import { unfoldPart } from '../format/stream-part.ts';

/** A model that streams recorded parts, one for each that is asked for. `answer` finds them, or throws. */
export function replayModel(
  { provider, modelId }: ModelName,
  answer: (options: LanguageModelV4CallOptions) => ModelAnswer,
): LanguageModelV4 {
  return {
    specificationVersion: 'v4',
    provider,
    modelId,
    supportedUrls: {},
    doGenerate: () => Promise.reject(new GenerateNotRecordedError()),
    doStream: async (options) => {
      const { parts, error } = answer(options);
      if (error !== undefined && parts.length === 0) throw new ModelCallError(error);
      const streamed = parts.flatMap((part) =>
        unfoldPart(part, (failure) => new ModelCallError(failure)),
      );
      const failure: readonly LanguageModelV4StreamPart[] =
        error === undefined ? [] : [{ type: 'error', error: new ModelCallError(error) }];
      return { stream: streamOf([...streamed, ...failure], options.abortSignal) };
    },
  };
}

function streamOf(
  parts: readonly LanguageModelV4StreamPart[],
  signal: AbortSignal | undefined,
): ReadableStream<LanguageModelV4StreamPart> {
  let next = 0;
  return new ReadableStream(
    {
      pull: (controller) => {
        signal?.throwIfAborted();
        const part = parts[next];
        next += 1;
        if (part === undefined) controller.close();
        else controller.enqueue(part);
      },
    },
    { highWaterMark: 0 },
  );
}
