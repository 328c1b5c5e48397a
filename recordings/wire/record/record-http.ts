import type { BegunHttp } from '../../recorder/call-log.ts';
import type { CallRecorder } from '../../recorder/call-recorder.ts';
import { headersToKeep, readRequest } from '../body/read-request.ts';
import { type HttpInterception, sendOn, takeHttp } from '../intercept-http.ts';
import { observeExchange } from './observe-exchange.ts';
import type { RecordWireOptions } from './record-fetch.ts';

export interface RecordHttpOptions extends RecordWireOptions {
  /** Origins, such as `http://127.0.0.1:4318`, whose requests are no part of what is recorded. */
  readonly allow?: readonly string[];
}

/**
 * Records what this process asks for over HTTP, by the global `fetch` or by `node:http`, until it is closed: for tools that
 * speak HTTP and take no `fetch`. A request belongs to the tool that makes it, and stands in the lane of its call. What a
 * model of `recordModel` and a `fetch` of `recordFetch` ask for is not recorded twice.
 */
export async function recordHttp(
  { log }: CallRecorder,
  { headers, allow = [] }: RecordHttpOptions = {},
): Promise<HttpInterception> {
  const kept = headersToKeep(headers);
  const allowed = originsOf(allow);
  return takeHttp<BegunHttp>({
    passes: (url) => log.whole.isWithin() || allowed.has(url.origin),
    begin: log.http,
    withdraw: (begun) => begun.withdraw(),
    answer: (request, begun) => {
      const copy = request.clone();
      const tell = begun.asks(() => readRequest(copy, kept));
      const send = (): Promise<Response> => log.whole.run(() => sendOn(request));
      return observeExchange(send, { signal: request.signal, kept }, tell).catch(() =>
        Response.error(),
      );
    },
  });
}

export function originsOf(urls: readonly string[]): ReadonlySet<string> {
  return new Set(urls.map((url) => new URL(url).origin));
}
