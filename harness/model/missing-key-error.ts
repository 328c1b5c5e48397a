import { HarnessError } from '../host/harness-error.ts';

/** A live model was asked for and the environment holds no key. */
export class MissingKeyError extends HarnessError {
  constructor() {
    super({
      code: 'MODEL_KEY_MISSING',
      message: 'A live model needs an API key, and OPENAI_API_KEY is not set.',
      hint:
        'Set OPENAI_API_KEY (and OPENAI_BASE_URL for another OpenAI-compatible endpoint, GROUNDHOG_MODEL for another model), ' +
        'or use the recorded or scripted mode, which need no key.',
    });
  }
}
