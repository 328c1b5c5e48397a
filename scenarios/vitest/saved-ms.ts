import {
  type CallRecording,
  type CallReplayOptions,
  isTimingOf,
  placeName,
  placeOf,
  type RecordedTiming,
} from '#recordings';

/**
 * How long somebody waited for what a replay answers at once: side by side counts once, and of a tool that runs in a replay too
 * only what is called within it. Undefined where it was not measured, or another recording was.
 */
export function savedMs(
  recording: CallRecording,
  {
    timing,
    tools,
  }: {
    readonly timing: RecordedTiming | undefined;
    readonly tools: NonNullable<CallReplayOptions['tools']>;
  },
): number | undefined {
  if (timing === undefined || !isTimingOf(timing, recording)) return undefined;
  const isLive = (tool: string): boolean =>
    (typeof tools === 'string' ? tools : tools[tool]) === 'live';
  const spans = recording.exchanges.flatMap((each) => {
    const measured = timing.places[placeName(placeOf(each))];
    return measured === undefined || (each.t === 'tool' && isLive(each.tool)) ? [] : [measured];
  });
  let total = 0;
  let until = 0;
  for (const { start, took } of spans.toSorted((left, right) => left.start - right.start)) {
    const end = Math.max(until, start + took);
    total += end - Math.max(until, start);
    until = end;
  }
  return total;
}
