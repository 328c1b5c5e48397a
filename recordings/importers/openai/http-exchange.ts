import type { Json } from '#harness';

/** A body as a tool kept it: its text, or the JSON that it was. */
export type HttpBody = { readonly text: string } | { readonly json: Json };

/** A request over HTTP and its answer, as a tool kept them. */
export interface HttpExchange {
  /** Where it begins in its file. */
  readonly line: number;
  readonly method: string;
  readonly url: string;
  /** Missing when the tool had not kept it. */
  readonly request?: HttpBody;
  readonly status: number;
  readonly retryAfter?: string;
  readonly answer: HttpBody;
}
