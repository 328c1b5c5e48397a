import type { LanguageModelV4, LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { fingerprint } from '../host/fingerprint.ts';

/** Who was asked, and what: not the words, but whether somebody who composes the request again composes the same. */
export interface Asked {
  readonly provider: string;
  readonly modelId: string;
  /** Fingerprint of the whole request. */
  readonly request: string;
}

/** The same model, and what it was asked last. */
export function watchAsked(model: LanguageModelV4): {
  readonly model: LanguageModelV4;
  readonly asked: () => Asked | undefined;
} {
  const { specificationVersion, provider, modelId, supportedUrls } = model;
  let asked: Asked | undefined;
  return {
    model: {
      specificationVersion,
      provider,
      modelId,
      supportedUrls,
      doGenerate: (options) => model.doGenerate(options),
      doStream: (options) => {
        asked = { provider, modelId, request: requestFingerprint(options) };
        return model.doStream(options);
      },
    },
    asked: () => asked,
  };
}

/** Of all that the answer may depend on: neither how the call is sent nor when it is given up. */
function requestFingerprint({
  abortSignal: _signal,
  headers: _headers,
  includeRawChunks: _raw,
  ...request
}: LanguageModelV4CallOptions): string {
  return fingerprint(JSON.parse(JSON.stringify(request)));
}
