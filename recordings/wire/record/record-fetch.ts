import { isAsyncIterable } from '../../calls/wrap-tools.ts';
import type { CallRecorder } from '../../recorder/call-recorder.ts';
import { headersToKeep, readRequest } from '../body/read-request.ts';
import { observeExchange } from './observe-exchange.ts';

/** What asks for something over HTTP: the global `fetch`, or whatever stands for it. */
export type Fetch = typeof globalThis.fetch;

export interface RecordWireOptions {
  /** Headers to be kept, of requests and of answers, beside those that say what a body is and how long to wait. */
  readonly headers?: readonly string[];
}

/**
 * A `fetch` that does what the given one does and is watched: `createOpenAI({ fetch: recordFetch(fetch, recorder) })`. Whoever
 * asks has each byte as it comes. What a model of `recordModel` asks for through it is not recorded twice.
 */
export function recordFetch(
  fetch: Fetch,
  { log }: CallRecorder,
  { headers }: RecordWireOptions = {},
): Fetch {
  const kept = headersToKeep(headers);
  return async (input, init) => {
    if (log.whole.isWithin()) return fetch(input, init);
    const request = new Request(input, init);
    const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined);
    // What can be read only once is sent from the request that was made of it.
    const isReadOnce = input instanceof Request || isAsyncIterable(init?.body);
    const copy = isReadOnce ? request.clone() : request;
    const send = isReadOnce ? () => fetch(request) : () => fetch(input, init);
    const tell = log.http().asks(() => readRequest(copy, kept));
    return observeExchange(() => log.whole.run(send), { signal: signal ?? undefined, kept }, tell);
  };
}
