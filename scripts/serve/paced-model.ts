import type { HarnessOptions } from '#harness';

type Model = HarnessOptions['model'];

/** The same model with a pause before every piece of text: what is scripted comes at once, and nobody could watch it. */
export function pacedModel(model: Model, pauseMs: number): Model {
  return {
    specificationVersion: model.specificationVersion,
    provider: model.provider,
    modelId: model.modelId,
    supportedUrls: model.supportedUrls,
    doGenerate: (options) => model.doGenerate(options),
    doStream: async (options) => {
      const { stream, ...rest } = await model.doStream(options);
      return { ...rest, stream: ReadableStream.from(paced(stream, pauseMs)) };
    },
  };
}

async function* paced<Part extends { readonly type: string }>(
  parts: AsyncIterable<Part>,
  pauseMs: number,
): AsyncGenerator<Part> {
  for await (const part of parts) {
    if (part.type === 'text-delta') await new Promise((resolve) => setTimeout(resolve, pauseMs));
    yield part;
  }
}
