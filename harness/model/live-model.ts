import type { OpenAIProviderSettings } from '@ai-sdk/openai';
import type { LanguageModelV4 } from '@ai-sdk/provider';
import { readConfig } from '../host/config.ts';
import { MissingKeyError } from './missing-key-error.ts';

export interface LiveModelOptions {
  readonly apiKey: string;
  /** The endpoint up to its version, such as `https://host/v1`; OpenAI's own when left out. */
  readonly baseUrl?: string;
  readonly model: string;
  /** Which of OpenAI's interfaces is spoken; `responses` when left out. */
  readonly api?: 'responses' | 'chat';
  /** What requests go through in the network's stead. */
  readonly fetch?: NonNullable<OpenAIProviderSettings['fetch']>;
}

const OPENAI_URL = 'https://api.openai.com/v1';

/** Used when GROUNDHOG_MODEL is not set. */
const DEFAULT_LIVE_MODEL = 'gpt-5-mini';

/** A model behind an OpenAI-compatible endpoint. */
export async function liveModel({
  apiKey,
  baseUrl,
  model,
  api = 'responses',
  fetch,
}: LiveModelOptions): Promise<LanguageModelV4> {
  // Loaded on demand: recorded and scripted modes start without the adapter.
  const { createOpenAI } = await import('@ai-sdk/openai');
  // Without `baseURL` the adapter would read OPENAI_BASE_URL itself, behind the options' back.
  const provider = createOpenAI({
    apiKey,
    baseURL: baseUrl ?? OPENAI_URL,
    ...(fetch === undefined ? {} : { fetch }),
  });
  return provider[api](model);
}

/**
 * The model named by OPENAI_API_KEY, OPENAI_BASE_URL and GROUNDHOG_MODEL.
 * @throws MissingKeyError without a key; ConfigError when a variable is unusable.
 */
export async function liveModelFromEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<LanguageModelV4> {
  const { openAiApiKey, openAiBaseUrl, model = DEFAULT_LIVE_MODEL } = readConfig(environment);
  if (openAiApiKey === undefined) throw new MissingKeyError();
  return liveModel({
    apiKey: openAiApiKey,
    model,
    ...(openAiBaseUrl === undefined ? {} : { baseUrl: openAiBaseUrl }),
  });
}
