import type { Json } from '#harness';
import { type Difference, firstDifference } from '../format/json.ts';
import { comparable, withoutAddresses } from '../format/redaction.ts';

/** What comparing something that was recorded with what a run says comes to; empty when they are equal. */
interface Comparison {
  readonly difference?: Difference;
  /**
   * Where the recording holds a placeholder and the run an address: that an address stands there is known, and not whether it
   * is the recorded one. The address itself is not repeated.
   */
  readonly unknown?: Difference;
}

export function compareSaid(subject: string, recorded: Json, asked: Json): Comparison {
  const exact = firstDifference(subject, recorded, asked);
  if (exact === undefined) return {};
  const difference = firstDifference(subject, ...comparable(recorded, asked));
  if (difference !== undefined) return { difference };
  const { asked: said } = exact;
  return { unknown: said === undefined ? exact : { ...exact, asked: withoutAddresses(said) } };
}
