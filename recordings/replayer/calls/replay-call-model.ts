import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider';
import { callErrorOf, streamedErrorOf } from '../../calls/call-failure.ts';
import { modelGivenUp, untilGivenUp, type Waiter } from '../../calls/given-up.ts';
import { answerOfParts } from '../../format/answer-content.ts';
import type { ModelAnswer } from '../../format/recording.ts';
import { unfoldPart } from '../../format/stream-part.ts';
import type { CallPace } from './recorded-pace.ts';

/** How many parts are passed on before the reader is waited for, and a call that was given up ends. */
const partsAtOnce = 32;

/** An answer laid out to be given: once for a recording, however often it is asked for. */
export interface LaidAnswer {
  readonly parts: readonly LanguageModelV4StreamPart[];
  readonly whole: LanguageModelV4GenerateResult;
  /** How the call failed, after the parts of a stream, and instead of an answer in one piece. */
  readonly streamError: Error | undefined;
  readonly wholeError: Error | undefined;
  /** Undefined where everything is there at once. */
  readonly pace: CallPace | undefined;
  /** Where whoever asked gave it up, behind these parts: there a replay waits until that happens again. */
  readonly givenUp: Pick<Waiter, 'waits'> | undefined;
}

/** `waits` is told that somebody waits where the recorded call was given up. */
export function layAnswer(
  { parts, error: ended }: ModelAnswer,
  { pace, waits }: { readonly pace: CallPace | undefined } & Pick<Waiter, 'waits'>,
): LaidAnswer {
  const isGivenUp = ended?.code === modelGivenUp.code;
  const error = isGivenUp ? undefined : ended;
  const unfolded = parts.flatMap((part) => unfoldPart(part, streamedErrorOf)).map(withTime);
  const failed = parts.find((part) => part.type === 'error');
  const structured = parts.find((part) => part.type === 'finish')?.structuredOutputText;
  const failure = error ?? failed?.error;
  return {
    parts: unfolded,
    whole: answerOfParts(unfolded, structured),
    streamError: error === undefined ? undefined : callErrorOf(error),
    wholeError: failure === undefined ? undefined : callErrorOf(failure),
    pace,
    givenUp: isGivenUp ? { waits } : undefined,
  };
}

/** A recorded answer has no time of its own: the epoch says so, where the SDK's clock would fill one in. */
function withTime(part: LanguageModelV4StreamPart): LanguageModelV4StreamPart {
  return part.type === 'response-metadata' ? { ...part, timestamp: new Date(0) } : part;
}

/** Who is asked. */
export type ReplayedModel = Pick<LanguageModelV4, 'provider' | 'modelId' | 'supportedUrls'>;

/** A model that gives recorded answers, in one piece or in a stream as it is asked. `answer` finds them, or throws. */
export function replayCallModel(
  model: ReplayedModel,
  answer: (options: LanguageModelV4CallOptions) => LaidAnswer,
): LanguageModelV4 {
  const { provider, modelId, supportedUrls } = model;
  return {
    specificationVersion: 'v4',
    provider,
    modelId,
    supportedUrls,
    doGenerate: async (options) => generated(answer(options), options.abortSignal),
    doStream: async (options) => streamed(answer(options), options.abortSignal),
  };
}

export async function generated(
  { whole, wholeError, pace, givenUp }: LaidAnswer,
  signal?: AbortSignal,
): Promise<LanguageModelV4GenerateResult> {
  if (givenUp !== undefined) return untilGivenUp({ ...givenUp, signal });
  if (pace !== undefined) await pace.wait(pace.took, signal);
  if (wholeError !== undefined) throw wholeError;
  return whole;
}

export async function streamed(
  answer: LaidAnswer,
  signal: AbortSignal | undefined,
): Promise<{ readonly stream: ReadableStream<LanguageModelV4StreamPart> }> {
  const { parts, streamError, pace } = answer;
  // A call that failed before it said anything, and an answer that came in one piece, have no pieces to come one by one.
  const isPaced = pace?.pieces !== undefined && parts.length > 0;
  if (pace !== undefined && !isPaced) await pace.wait(pace.took, signal);
  if (streamError !== undefined && parts.length === 0) throw streamError;
  return { stream: isPaced ? paced(answer, pace, signal) : atOnce(answer, signal) };
}

function atOnce(
  answer: LaidAnswer,
  signal: AbortSignal | undefined,
): ReadableStream<LanguageModelV4StreamPart> {
  const { parts } = answer;
  const cancelled = new AbortController();
  let next = 0;
  return new ReadableStream({
    pull: async (controller) => {
      signal?.throwIfAborted();
      const end = Math.min(next + partsAtOnce, parts.length);
      for (const part of parts.slice(next, end)) controller.enqueue(part);
      next = end;
      if (next === parts.length) await endAs(answer, controller, { signal, cancelled });
    },
    cancel: (reason) => cancelled.abort(reason),
  });
}

/** Ends a stream as it ended. */
async function endAs(
  { streamError, givenUp }: LaidAnswer,
  controller: ReadableStreamDefaultController,
  asker: { readonly signal: AbortSignal | undefined; readonly cancelled: AbortController },
): Promise<void> {
  const { signal, cancelled } = asker;
  if (givenUp !== undefined) await untilGivenUp({ ...givenUp, signal }, cancelled.signal);
  else if (streamError === undefined) controller.close();
  else controller.error(streamError);
}

/** A part at a time, each as long after the one before as it was, and the end as long after the call. */
function paced(
  answer: LaidAnswer,
  { wait, took, pieces = [] }: CallPace,
  signal: AbortSignal | undefined,
): ReadableStream<LanguageModelV4StreamPart> {
  const { parts } = answer;
  const cancelled = new AbortController();
  let next = 0;
  let left = took;
  return new ReadableStream(
    {
      pull: async (controller) => {
        const part = parts[next];
        const gap = part === undefined ? left : (pieces[next] ?? 0);
        if (gap > 0) await wait(gap, signal);
        signal?.throwIfAborted();
        next += 1;
        left = Math.max(0, left - gap);
        if (part !== undefined) controller.enqueue(part);
        else await endAs(answer, controller, { signal, cancelled });
      },
      cancel: (reason) => cancelled.abort(reason),
    },
    { highWaterMark: 0 },
  );
}
