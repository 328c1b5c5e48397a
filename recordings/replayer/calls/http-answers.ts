import { HarnessError } from '#harness';
import type { Lanes } from '../../calls/lane.ts';
import { headersToKeep } from '../../wire/body/read-request.ts';
import type { HttpAnswers } from '../../wire/replay/replay-fetch.ts';
import type { Latch } from '../latch.ts';
import type { CallMatcher } from './call-matcher.ts';
import { type CallTape, isHttp } from './call-tape.ts';
import type { LanePosition } from './tool-answers.ts';

/** Answers requests over HTTP from a recording, each by its place in the lane of whoever makes it. */
export function createHttpAnswers(parts: {
  readonly tape: CallTape;
  readonly matcher: CallMatcher;
  readonly lanes: Lanes<LanePosition>;
  readonly latch: Latch;
  readonly waitsAt: HttpAnswers['waitsAt'];
}): HttpAnswers {
  const { tape, matcher, lanes, latch, waitsAt } = parts;
  const recorded = tape.exchanges.filter(isHttp);
  return {
    headers: headersToKeep(recorded.flatMap(({ request }) => Object.keys(request.headers ?? {}))),
    waitsAt,
    next: () => {
      const position = lanes.current().state;
      const n = position.http++;
      return (request) => matcher.http({ lane: position.name, request }, n);
    },
    refuse: (error) => {
      if (HarnessError.isInstance(error)) return latch.refuse(error);
      throw error;
    },
  };
}
