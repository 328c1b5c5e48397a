import { z } from 'zod';

/** The version of the form of a sidecar; written down in docs/recording-format.md. */
export const timingVersion = 1;

const milliseconds = z.int().nonnegative();

export const placeTimingSchema = z.strictObject({
  /** Since the first exchange of the recording began. */
  start: milliseconds,
  /** From its beginning to its end. */
  took: milliseconds,
  /**
   * The pace of an answer that was streamed: for each piece of it, as the recording lists them, how long after the piece
   * before it came, and the first after the call began.
   */
  pieces: z.array(milliseconds).exactOptional(),
});
export type PlaceTiming = z.infer<typeof placeTimingSchema>;

export const recordedTimingSchema = z.strictObject({
  t: z.literal('timing'),
  v: z.literal(timingVersion),
  /** The hash of the end line of the recording that was measured. */
  of: z.string().regex(/^[0-9a-f]{64}$/),
  /** By the name of the place: `1/billing#2`. */
  places: z.record(z.string(), placeTimingSchema),
});
/** What was measured while a recording was made. It stands beside the recording, which is the same however long things took. */
export type RecordedTiming = z.infer<typeof recordedTimingSchema>;
