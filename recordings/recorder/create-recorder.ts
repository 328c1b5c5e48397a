import { type Agent, type Exchanges, openExchanges, type SessionEvent } from '#harness';
import { outlineOf } from '../format/event-outline.ts';
import {
  type ForkedFrom,
  formatVersion,
  type SessionHeader,
  sessionHeaderSchema,
} from '../format/header.ts';
import { placeName, type Recording } from '../format/recording.ts';
import { hashOf } from '../format/serialize-recording.ts';
import { toolchain } from '../format/toolchain.ts';
import type { RecordedTiming } from '../timing/recorded-timing.ts';
import type { Measuring } from '../timing/stopwatch.ts';
import { createTimekeeper } from '../timing/timekeeper.ts';
import { createExchangeWriter } from './exchange-writer.ts';
import { RecordingIncompleteError } from './recording-incomplete-error.ts';
import { inOrderOfLanes, keepTime, openSlot, type Slot } from './slots.ts';
import { type Begin, watchExchanges } from './watch-exchanges.ts';

export interface RecorderOptions {
  /** What answers while it is recorded; open by default. */
  readonly inner?: Exchanges;
  readonly name: string;
  /** Who answers as the model: `scripted`, `live:<model>`. */
  readonly made: string;
  readonly model: { readonly provider: string; readonly modelId: string };
  /** Whose prompts the requests carry: gives them their names. */
  readonly agents: readonly Agent[];
  /** What the recording does not hold of what happened; nothing by default. */
  readonly losses?: readonly string[];
  /** The recording whose first exchanges these are too. */
  readonly forkedFrom?: ForkedFrom;
  /** Measures how long exchanges take; it is kept beside the recording, which stays as it is. */
  readonly timing?: Measuring;
}

export interface Recorder {
  /** To be given to the harness that is recorded. */
  readonly exchanges: Exchanges;
  /**
   * The recording of the session whose events these are.
   * @throws RecordingIncompleteError when an exchange began and never ended; UnrecordableError for what the format cannot
   * hold.
   */
  readonly finish: (events: readonly SessionEvent[]) => Recording;
  /** What was measured of the recording that `finish` made last; undefined where nothing was. */
  readonly timing: () => RecordedTiming | undefined;
}

/**
 * Watches a session's exchanges. What happens again at a place, because a step ran twice or a transaction was tried again,
 * replaces what was kept there: a recording has one exchange a place, in the order in which places were first reached. It
 * holds no e-mail address: what a replay gets to see, and sees again in what it asks, are placeholders.
 */
export function createRecorder(
  options: RecorderOptions & {
    /** The order of exchanges; that in which places were first reached, by default. */
    readonly arrange?: (slots: readonly Slot[]) => readonly Slot[];
  },
): Recorder {
  const { inner = openExchanges, name, agents, arrange = inOrderOfLanes } = options;
  const header = sessionHeader(options);
  const timekeeper = createTimekeeper(options.timing);
  const slots = new Map<string, Slot>();
  let recording: Recording | undefined;
  const begin: Begin = (place) => {
    const { slot, end } = openSlot(place, timekeeper);
    slots.set(placeName(place), slot);
    return end;
  };
  return {
    exchanges: watchExchanges(inner, begin, timekeeper?.now),
    finish: (events) => {
      const writer = createExchangeWriter(agents, header);
      const exchanges = arrange([...slots.values()]).map((slot) => {
        const { place, observed } = slot;
        if (observed === undefined) throw new RecordingIncompleteError(name, place);
        const exchange = writer.write(place, observed);
        keepTime(timekeeper, slot, exchange);
        return exchange;
      });
      const definitions = writer.takeDefinitions();
      recording = { header, definitions, exchanges, events: outlineOf(events), editedLines: [] };
      return recording;
    },
    timing: () => (recording === undefined ? undefined : timekeeper?.timing(hashOf(recording))),
  };
}

export function sessionHeader({
  name,
  made,
  model,
  losses,
  forkedFrom,
}: RecorderOptions): SessionHeader {
  return sessionHeaderSchema.parse({
    t: 'recording',
    v: formatVersion,
    fidelity: 'session',
    name,
    made,
    model: { provider: model.provider, modelId: model.modelId },
    ...(losses === undefined ? {} : { losses: [...losses] }),
    toolchain,
    ...(forkedFrom === undefined ? {} : { forkedFrom }),
  });
}
