import { HarnessError } from '#harness';

/**
 * What no type keeps away from programs without types: embeddings, images, speech, and models that are only named.
 * @throws ModelNotRecordableError
 */
export function checkRecordable(model: unknown): void {
  if (typeof model === 'string') throw new ModelNotRecordableError(`the name "${model}"`);
  const isObject = typeof model === 'object' && model !== null;
  const [version, generate, stream] = isObject
    ? ['specificationVersion', 'doGenerate', 'doStream'].map((key) => Reflect.get(model, key))
    : [];
  const speaks = typeof generate === 'function' && typeof stream === 'function';
  if (!speaks) throw new ModelNotRecordableError('what is no language model');
  if (version !== 'v4') throw new ModelNotRecordableError(`a model of version ${String(version)}`);
}

/** Something that is no language model was to be recorded as one. */
class ModelNotRecordableError extends HarnessError {
  constructor(given: string) {
    super({
      code: 'MODEL_NOT_RECORDABLE',
      message: `recordModel was given ${given}.`,
      hint: 'It records language models of version 4, such as openai(id). Embeddings, images and speech are recorded at the wire: recordFetch, recordHttp.',
    });
  }
}
