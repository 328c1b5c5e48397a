import { setImmediate as nextTurn } from 'node:timers/promises';
import { HarnessError } from '#harness';
import { type HttpInterception, takeHttp } from '../intercept-http.ts';
import { originsOf } from '../record/record-http.ts';
import { type HttpAnswers, replayRequest } from './replay-fetch.ts';

export interface ReplayHttpOptions {
  /** As `allow` of `recordHttp`: requests to these origins pass. */
  readonly allow?: readonly string[];
}

/** Answers what this process asks for over HTTP from the recording; what it does not hold is refused with a final 400. */
export function replayHttp(
  answers: HttpAnswers,
  isLive: () => boolean,
  { allow = [] }: ReplayHttpOptions = {},
): Promise<HttpInterception> {
  const allowed = originsOf(allow);
  return takeHttp({
    passes: (url) => isLive() || allowed.has(url.origin),
    begin: answers.next,
    answer: (request, find) =>
      replayRequest(
        request,
        { signal: request.signal, pace: nextTurn },
        { ...answers, find },
      ).catch(refusal),
  });
}

/** A network error or a 5xx would be tried again, and again. */
function refusal(error: unknown): Response {
  if (!HarnessError.isInstance(error)) return Response.error();
  const { code, message } = error;
  return Response.json({ error: { code, message } }, { status: 400 });
}
