import { z } from 'zod';
import { HarnessError } from './harness-error.ts';

const environmentSchema = z.object({
  DATABASE_URL: z.string().min(1).optional(),
  OPENAI_API_KEY: z.string().min(1).optional(),
  OPENAI_BASE_URL: z.url().optional(),
  GROUNDHOG_MODEL: z.string().min(1).optional(),
});

/** What the environment may set; read once, at the edge, and passed on as a value. */
export interface Config {
  /** PostgreSQL to use instead of the embedded database. */
  readonly databaseUrl?: string;
  readonly openAiApiKey?: string;
  readonly openAiBaseUrl?: string;
  /** Name of the live model. */
  readonly model?: string;
}

/** Reads the environment. An empty variable counts as unset. Throws ConfigError naming the variable that is wrong. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = environmentSchema.safeParse(set);
  if (!parsed.success) throw new ConfigError(parsed.error);
  const { DATABASE_URL, OPENAI_API_KEY, OPENAI_BASE_URL, GROUNDHOG_MODEL } = parsed.data;
  return {
    ...(DATABASE_URL === undefined ? {} : { databaseUrl: DATABASE_URL }),
    ...(OPENAI_API_KEY === undefined ? {} : { openAiApiKey: OPENAI_API_KEY }),
    ...(OPENAI_BASE_URL === undefined ? {} : { openAiBaseUrl: OPENAI_BASE_URL }),
    ...(GROUNDHOG_MODEL === undefined ? {} : { model: GROUNDHOG_MODEL }),
  };
}

export class ConfigError extends HarnessError {
  constructor(error: z.ZodError) {
    const names = error.issues.map((issue) => `${issue.path.join('.')} (${issue.message})`);
    super({
      code: 'CONFIG_INVALID',
      message: `The environment is not usable: ${names.join(', ')}.`,
      hint: 'Correct or unset these variables.',
    });
  }
}
