import { AsyncLocalStorage } from 'node:async_hooks';
import type { LanguageModelV4 } from '@ai-sdk/provider';

/** Marks what is recorded, or left alone, as a whole, with everything it does within itself. */
export interface Whole {
  readonly run: <Result>(work: () => Result) => Result;
  /** Whether whoever asks is within. */
  readonly isWithin: () => boolean;
}

export function createWhole(): Whole {
  const storage = new AsyncLocalStorage<true>();
  return {
    run: (work) => storage.run(true, work),
    isWithin: () => storage.getStore() === true,
  };
}

/** The model, with what it does within itself marked as a part of its call. */
export function asWhole(model: LanguageModelV4, { run }: Whole): LanguageModelV4 {
  const { specificationVersion, provider, modelId, supportedUrls } = model;
  return {
    specificationVersion,
    provider,
    modelId,
    supportedUrls,
    doGenerate: (options) => run(() => model.doGenerate(options)),
    doStream: (options) => run(() => model.doStream(options)),
  };
}
