import type { CallExchange } from '../format/call-recording.ts';
import { placeName, placeOf } from '../format/recording.ts';
import type { Timekeeper } from '../timing/timekeeper.ts';
import type { LoggedHttp, LoggedModel, LoggedTool } from './call-log.ts';

/** A call that was watched, whatever kind it is of. */
export type Logged = LoggedModel | LoggedHttp | LoggedTool;

/** Has the timekeeper keep how long the call took that a line is written of, and when the pieces of its answer came. */
export function keepCallTime(
  timekeeper: Timekeeper | undefined,
  line: CallExchange,
  logged: Logged,
): void {
  const { began, ended } = logged;
  const place = placeName(placeOf(line));
  const answer = 'answer' in logged ? logged.answer : undefined;
  if (line.t !== 'model' || answer?.arrivals === undefined) {
    timekeeper?.keep(place, { began, ended });
    return;
  }
  const { parts, arrivals } = answer;
  timekeeper?.keep(place, { began, ended, streamed: { parts, arrivals } }, line.answer.parts);
}
