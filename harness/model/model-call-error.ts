import { z } from 'zod';
import { type ErrorParts, HarnessError } from '../host/harness-error.ts';
import { retryAfterMsOf } from './retry-after.ts';

export type ModelCallErrorCode =
  | 'MODEL_KEY_REJECTED'
  | 'MODEL_RATE_LIMITED'
  | 'MODEL_REQUEST_REJECTED'
  | 'MODEL_UNAVAILABLE'
  | 'MODEL_TIMED_OUT'
  | 'MODEL_CALL_ABORTED'
  | 'MODEL_ANSWER_INVALID'
  | 'MODEL_CALL_FAILED';

export interface ModelCallErrorParts extends ErrorParts {
  readonly retryable: boolean;
  readonly statusCode?: number | undefined;
  readonly retryAfterMs?: number | undefined;
}

/**
 * A model call that failed, whatever failed it. Made by `ModelCallError.from`, or of what a recording kept; `from` keeps what
 * the provider said and drops what the error of the provider's adapter carries along: headers,
 * request body, address, and anything in the text that looks like a key.
 */
export class ModelCallError extends HarnessError {
  /** Whether the same call may succeed when it is made again. */
  readonly retryable: boolean;
  /** HTTP status, where the provider answered with one. */
  readonly statusCode: number | undefined;
  /** How long the provider asked to be left alone, where it said so. */
  readonly retryAfterMs: number | undefined;

  constructor({ retryable, statusCode, retryAfterMs, ...parts }: ModelCallErrorParts) {
    super(parts);
    this.retryable = retryable;
    this.statusCode = statusCode;
    this.retryAfterMs = retryAfterMs;
  }

  /**
   * Classifies what a model call threw or put into its stream. A HarnessError keeps its code and
   * message and is not retryable unless it says so: a play that is missing is still missing the second time.
   */
  static from(error: unknown): ModelCallError {
    if (error instanceof ModelCallError) return error;
    if (HarnessError.isInstance(error)) return fromHarness(error);
    const chain = causesOf(error);
    const failed = first(chain, providerFailure);
    if (failed !== undefined) return fromProvider(failed, chain);
    return fromMachine(chain);
  }
}

const CAUSE_LIMIT = 8;
const MESSAGE_CHARACTERS_MAX = 400;

/** What an APICallError and a StreamProviderError have in common; both may have crossed a process boundary. */
const providerFailure = z.object({
  message: z.string(),
  isRetryable: z.boolean(),
  statusCode: z.number().optional(),
  // Of any shape: what cannot be read says nothing about when to come back.
  responseHeaders: z.record(z.string(), z.string()).optional().catch(undefined),
});
const harnessRetry = z.object({ retryable: z.boolean() });
const withCode = z.object({ code: z.string() });
const withCause = z.object({ cause: z.unknown() });
const withLastError = z.object({ lastError: z.unknown() });

/** By `name`: the adapter's errors for an answer that is not what the API promises. */
const invalidAnswerNames = new Set([
  'AI_JSONParseError',
  'AI_TypeValidationError',
  'AI_EmptyResponseBodyError',
  'AI_InvalidResponseDataError',
]);

/** System and undici codes that mean: nobody answered. */
const networkCodes = new Set([
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EAI_AGAIN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'EPIPE',
  'ETIMEDOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_SOCKET',
]);

function fromHarness(error: HarnessError): ModelCallError {
  const { data } = harnessRetry.safeParse(error);
  const { code, message } = error;
  return new ModelCallError({ code, message, cause: error, retryable: data?.retryable ?? false });
}

function fromProvider(
  { message, isRetryable, statusCode, responseHeaders = {} }: z.infer<typeof providerFailure>,
  chain: readonly unknown[],
): ModelCallError {
  const invalid = chain.some((each) => invalidAnswerNames.has(nameOf(each)));
  const answered = statusCode === undefined ? 'without an HTTP status' : `with HTTP ${statusCode}`;
  return new ModelCallError({
    ...explained(invalid ? 'MODEL_ANSWER_INVALID' : codeOf(statusCode, isRetryable)),
    message: `The model call failed ${answered}: ${presentable(message)}`,
    // The adapter calls a garbled answer final; it may come back whole.
    retryable: isRetryable || invalid,
    statusCode,
    retryAfterMs: retryAfterMsOf(responseHeaders),
  });
}

/** Failures of this side: time-outs, aborts, the network, answers nobody can read, bugs. */
function fromMachine(chain: readonly unknown[]): ModelCallError {
  const names = chain.map(nameOf);
  const codes = chain.flatMap((each) => withCode.safeParse(each).data?.code ?? []);
  const code = ((): ModelCallErrorCode => {
    if (names.includes('TimeoutError')) return 'MODEL_TIMED_OUT';
    if (names.includes('AbortError')) return 'MODEL_CALL_ABORTED';
    if (codes.some((each) => networkCodes.has(each))) return 'MODEL_UNAVAILABLE';
    if (names.some((each) => invalidAnswerNames.has(each))) return 'MODEL_ANSWER_INVALID';
    return 'MODEL_CALL_FAILED';
  })();
  const texts = chain.flatMap((each) => (each instanceof Error ? each.message : []));
  return new ModelCallError({
    ...explained(code),
    message: `The model call failed: ${presentable(texts.at(-1) ?? String(chain[0]))}`,
    // A bug comes back as it was.
    retryable: code !== 'MODEL_CALL_ABORTED' && code !== 'MODEL_CALL_FAILED',
  });
}

function codeOf(statusCode: number | undefined, retryable: boolean): ModelCallErrorCode {
  if (statusCode === 401 || statusCode === 403) return 'MODEL_KEY_REJECTED';
  if (statusCode === 429) return 'MODEL_RATE_LIMITED';
  if (retryable) return 'MODEL_UNAVAILABLE';
  return statusCode !== undefined && statusCode >= 400 && statusCode < 500
    ? 'MODEL_REQUEST_REJECTED'
    : 'MODEL_ANSWER_INVALID';
}

const hints: Readonly<Record<ModelCallErrorCode, string>> = {
  MODEL_KEY_REJECTED: 'Check OPENAI_API_KEY and what it may use at this endpoint.',
  MODEL_RATE_LIMITED: 'Wait, lower the concurrency, or raise the limit at the provider.',
  MODEL_REQUEST_REJECTED:
    'The same request fails again: change the model, the prompt or the tools.',
  MODEL_UNAVAILABLE: 'Nothing to change here: try again, or check OPENAI_BASE_URL and the network.',
  MODEL_TIMED_OUT: 'Try again, or allow more time.',
  MODEL_CALL_ABORTED: 'The caller stopped it.',
  MODEL_ANSWER_INVALID: 'Check that OPENAI_BASE_URL speaks the Responses API.',
  MODEL_CALL_FAILED: 'This is not a known failure of a provider: look at the message.',
};

function explained(code: ModelCallErrorCode): { code: ModelCallErrorCode; hint: string } {
  return { code, hint: hints[code] };
}

/** An error, what it wraps, what that wraps, … (the AI SDK's RetryError wraps by `lastError`). */
function causesOf(error: unknown): readonly unknown[] {
  const chain: unknown[] = [];
  for (let each = error; each != null && chain.length < CAUSE_LIMIT; ) {
    chain.push(each);
    each = withLastError.safeParse(each).data?.lastError ?? withCause.safeParse(each).data?.cause;
  }
  return chain;
}

function first<Output>(values: readonly unknown[], schema: z.ZodType<Output>): Output | undefined {
  return values.map((each) => schema.safeParse(each)).find((each) => each.success)?.data;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

/** One line, short, without what looks like a key or a bearer token. */
function presentable(message: string): string {
  const line = message
    .replace(/\b(?:sk|pk|rk)-[\w*-]{4,}/g, '[key]')
    .replace(/\bBearer\s+\S+/gi, 'Bearer [key]')
    .replace(/\/\/[^\s/@]+@/g, '//[key]@')
    .replace(/\s+/g, ' ')
    .trim();
  const text =
    line.length <= MESSAGE_CHARACTERS_MAX ? line : `${line.slice(0, MESSAGE_CHARACTERS_MAX)}…`;
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
