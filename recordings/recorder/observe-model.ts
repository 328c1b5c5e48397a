import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider';
import { partsOfAnswer } from '../format/answer-content.ts';
import type { Stopwatch } from '../timing/stopwatch.ts';

/** How one model call went, ids and times and all. */
export interface ObservedAnswer {
  /** An answer in one piece is told as the parts that would have streamed it. */
  readonly parts: readonly LanguageModelV4StreamPart[];
  /** When each part passed on, where that is measured and it was streamed. */
  readonly arrivals?: readonly number[];
  /** Only a call that is answered in one piece has it apart from its text. */
  readonly structuredOutputText?: string;
  /** What the call threw, or its stream broke off with, after these parts. */
  readonly thrown?: { readonly error: unknown };
  /** Its caller gave it up, having read these parts. */
  readonly isGivenUp?: true;
}

/** Told once how a call went. */
export type Tell = (answer: ObservedAnswer) => void;

/** Begins to watch a call, before it is made. */
export type Watch = (options: LanguageModelV4CallOptions) => Tell;

/** What a call is watched with. */
export interface Watched {
  readonly tell: Tell;
  /** Whoever aborts it gives it up. */
  readonly signal?: AbortSignal | undefined;
  /** Measures when parts come. */
  readonly now?: Stopwatch | undefined;
}

/**
 * A model that does what `model` does and tells what it did. Parts pass on as they come. A call ends by itself, with an answer
 * or a failure, or is given up.
 */
export function observeModel(
  model: LanguageModelV4,
  watch: Watch,
  now?: Stopwatch,
): LanguageModelV4 {
  return {
    specificationVersion: 'v4',
    provider: model.provider,
    modelId: model.modelId,
    supportedUrls: model.supportedUrls,
    doGenerate: (options) => {
      const tell = watch(options);
      return observeGenerate(() => model.doGenerate(options), {
        tell,
        signal: options.abortSignal,
      });
    },
    doStream: (options) => {
      const tell = watch(options);
      return observeStream(() => model.doStream(options), {
        tell,
        signal: options.abortSignal,
        now,
      });
    },
  };
}

export async function observeGenerate<Result extends LanguageModelV4GenerateResult>(
  generate: () => PromiseLike<Result>,
  watched: Watched,
): Promise<Result> {
  const result = await toldIfItFails(generate, watched);
  const { structuredOutputText } = result;
  watched.tell({
    parts: partsOfAnswer(result),
    ...(structuredOutputText === undefined ? {} : { structuredOutputText }),
  });
  return result;
}

export async function observeStream<
  Result extends { readonly stream: ReadableStream<LanguageModelV4StreamPart> },
>(open: () => PromiseLike<Result>, watched: Watched): Promise<Result> {
  const result = await toldIfItFails(open, watched);
  return { ...result, stream: observeParts(result.stream, watched) };
}

async function toldIfItFails<Result>(
  call: () => PromiseLike<Result>,
  { tell, signal }: Watched,
): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    tell(isGivenUp(signal) ? { parts: [], isGivenUp: true } : { parts: [], thrown: { error } });
    throw error;
  }
}

function observeParts(
  stream: ReadableStream<LanguageModelV4StreamPart>,
  { tell, signal, now }: Watched,
): ReadableStream<LanguageModelV4StreamPart> {
  const reader = stream.getReader();
  const parts: LanguageModelV4StreamPart[] = [];
  const arrivals: number[] = [];
  const seen = now === undefined ? { parts } : { parts, arrivals };
  return new ReadableStream(
    {
      pull: async (controller) => {
        try {
          const { done, value } = await reader.read();
          if (done) {
            tell(isGivenUp(signal) ? { ...seen, isGivenUp: true } : seen);
            controller.close();
            return;
          }
          if (now !== undefined) arrivals.push(now());
          parts.push(value);
          controller.enqueue(value);
        } catch (error) {
          tell(isGivenUp(signal) ? { ...seen, isGivenUp: true } : { ...seen, thrown: { error } });
          controller.error(error);
        }
      },
      cancel: (reason) => {
        // Whoever reads that something went wrong may read no further: the call has ended there, and nobody gave it up.
        const hasFailed = parts.some(({ type }) => type === 'error') && !isGivenUp(signal);
        tell(hasFailed ? seen : { ...seen, isGivenUp: true });
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

function isGivenUp(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}
