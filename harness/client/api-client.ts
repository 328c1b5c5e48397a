import { HarnessError } from '../host/harness-error.ts';
import { platform as ownPlatform, type Platform } from './platform.ts';
import type { ApiErrorBody } from './protocol.ts';

/** The server's answer that it will not; `code` is its own. */
export class RequestRefusedError extends HarnessError {
  readonly status: number;

  constructor(status: number, error: ApiErrorBody['error']) {
    super(error);
    this.status = status;
  }
}

export interface ApiOptions {
  /** Of the server, e.g. `http://127.0.0.1:4000`. */
  readonly url: string;
  /** An API key; absent for a server in development mode. */
  readonly key?: string | undefined;
  readonly platform?: Pick<Platform, 'fetch'>;
}

/** Asks the server once. Throws RequestRefusedError; a TypeError of `fetch` when there is no server to ask. */
export async function askApi(
  { url, key, platform = ownPlatform }: ApiOptions,
  path: string,
  options: { readonly body?: unknown; readonly signal?: AbortSignal } = {},
): Promise<unknown> {
  const { body, signal } = options;
  const response = await platform.fetch(new URL(path, url), {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  const answer: unknown = await response.json();
  if (response.ok) return answer;
  throw new RequestRefusedError(response.status, isApiError(answer) ? answer.error : unreadable);
}

const unreadable = { code: 'ANSWER_UNREADABLE', message: 'The server gave no typed error.' };

function isApiError(value: unknown): value is ApiErrorBody {
  if (typeof value !== 'object' || value === null || !('error' in value)) return false;
  const { error } = value;
  return typeof error === 'object' && error !== null && 'code' in error && 'message' in error;
}
