import type { Waiter } from '../../calls/given-up.ts';
import type { HttpCall, WireRequest } from '../../format/http-call.ts';
import { readRequest } from '../body/read-request.ts';
import type { Fetch } from '../record/record-fetch.ts';
import { type Asker, restoreReply } from './restore-reply.ts';

/** What is recorded at a place. @throws ReplayDivergedError where that is another request. */
export type FindHttp = (request: WireRequest) => HttpCall;

/** Finds what a recording answers over HTTP. */
export interface HttpAnswers {
  /** Takes the place of a request in the lane of whoever makes it; what is found there is said when it has been read. */
  readonly next: () => FindHttp;
  /** Fails the replay for good, and throws. */
  readonly refuse: (error: unknown) => never;
  /** Headers that are compared wherever they were recorded. */
  readonly headers: ReadonlySet<string>;
  /** Told that the run reads on in an answer, where it was given up when it was recorded. */
  readonly waitsAt: (found: HttpCall) => Waiter['waits'];
}

/** A `fetch` that reaches no network: what it is asked for is answered by the recording. */
export function replayFetch(answers: HttpAnswers): Fetch {
  return async (input, init) => {
    const find = answers.next();
    const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined);
    return replayRequest(
      new Request(input, init),
      { signal: signal ?? undefined },
      { ...answers, find },
    );
  };
}

/** @throws ReplayDivergedError; the error of a connection that failed when it was recorded. */
export async function replayRequest(
  request: Request,
  asker: Pick<Asker, 'signal' | 'pace'>,
  { find, refuse, headers, waitsAt }: Omit<HttpAnswers, 'next'> & { readonly find: FindHttp },
): Promise<Response> {
  const asked = await readRequest(request, headers).catch(refuse);
  const found = find(asked);
  return restoreReply(found.answer, { ...asker, waits: waitsAt(found) });
}
