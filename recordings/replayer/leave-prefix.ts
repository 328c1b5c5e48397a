import type { ExchangePlace } from '#harness';
import { laneOf, placeName, placeOf } from '../format/recording.ts';
import type { Checklist } from './checklist.ts';
import type { Latch } from './latch.ts';
import { lineAt, referenceTo, type Tape, type TapedExchange } from './tape.ts';

/**
 * Watches that a session leaves the first `count` exchanges of its recording only behind the last of them: whoever asks for
 * something else before, because the code is another, would be answered live without anybody having noticed.
 */
export function leavePrefix(
  count: number,
  { tape, checklist, latch }: { tape: Tape; checklist: Checklist; latch: Latch },
): (place: ExchangePlace) => void {
  const prefix = new Set(tape.exchanges.slice(0, count));
  return (place) => {
    latch.check();
    const open = checklist.open().filter((each) => prefix.has(each) && !isBeside(place, each));
    const [next] = open;
    if (next === undefined) return;
    const { exchange, place: due } = referenceTo(next);
    latch.diverge({
      recording: tape.recording.header.name,
      class: 'EXTRA_CALL',
      line: lineAt(tape, place),
      at: { exchange: 'an exchange that is not recorded before the cursor', place },
      note: `Before the cursor ${exchange} at ${placeName(due)} is still to come.`,
      equal: [],
      next: referenceTo(next),
      definitions: [],
      edited: tape.edited,
    });
  };
}

/** Sub-agents of one run work side by side: one may be behind the cursor while another is still before it. */
function isBeside(place: ExchangePlace, each: TapedExchange): boolean {
  const [one, other] = [laneOf(place.lane), laneOf(placeOf(each).lane)];
  const both = one.sibling > 0 && other.sibling > 0;
  return both && one.run === other.run && one.sibling !== other.sibling;
}
