import type { LanguageModelV4, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import type { Stopwatch } from '../timing/stopwatch.ts';

/** Time that passes only where somebody lets it. */
export interface HandStopwatch {
  readonly now: Stopwatch;
  readonly pass: (ms: number) => void;
}

export function handStopwatch(): HandStopwatch {
  // It does not begin at 0: nobody may take what it says for a time.
  let elapsed = 12_345;
  return {
    now: () => elapsed,
    pass: (ms) => {
      elapsed += ms;
    },
  };
}

/** The model, with so much time before each answer and before each part of it. */
export function slowModel(
  model: LanguageModelV4,
  { pass }: HandStopwatch,
  { answerMs, partMs }: { readonly answerMs: number; readonly partMs: number },
): LanguageModelV4 {
  return {
    ...model,
    doGenerate: async (options) => {
      pass(answerMs);
      return model.doGenerate(options);
    },
    doStream: async (options) => {
      pass(answerMs);
      const { stream, ...rest } = await model.doStream(options);
      return { ...rest, stream: ReadableStream.from(slowly(stream, () => pass(partMs))) };
    },
  };
}

async function* slowly(
  parts: AsyncIterable<LanguageModelV4StreamPart>,
  wait: () => void,
): AsyncGenerator<LanguageModelV4StreamPart> {
  for await (const part of parts) {
    wait();
    yield part;
  }
}
