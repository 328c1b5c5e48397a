import { type ExchangePlace, type Exchanges, openExchanges, type SessionEvent } from '#harness';
import { outlineOf } from '../format/event-outline.ts';
import { laneOf, placeName } from '../format/recording.ts';
import { UnrecordableError } from '../format/unrecordable-error.ts';
import { createTimekeeper } from '../timing/timekeeper.ts';
import { writeTiming } from '../timing/timing-file.ts';
import { type RecorderOptions, sessionHeader } from './create-recorder.ts';
import { createExchangeWriter } from './exchange-writer.ts';
import { openJournal } from './journal.ts';
import { RecordingIncompleteError } from './recording-incomplete-error.ts';
import { inOrderOfLanes, keepTime, openSlot, type Slot } from './slots.ts';
import { type Begin, watchExchanges } from './watch-exchanges.ts';

export interface OpenRecorder {
  /** To be given to the harness that is recorded. */
  readonly exchanges: Exchanges;
  /**
   * Writes the recording of the session whose events these are, and beside it what was measured.
   * @throws what `createRecorder` and `writeRecording` throw; the journal is left.
   */
  readonly finish: (events: readonly SessionEvent[]) => Promise<void>;
}

/**
 * As `createRecorder`, for a session that is long, or must not be lost: what is settled is written to `<path>.partial`, and
 * not held; of what was measured a few numbers are. The file is the same to the byte. A crash leaves a file that opens up to its last whole line.
 *
 * Settled is all that was begun before a run takes a model turn of its own: a run takes no turn before the steps behind it are
 * saved, and what is saved does not happen again.
 *
 * Held is what is not settled, the latest request of each lane of the run in progress, and of what was written no more than a
 * number a lane, an id, a secret and a definition. The events are read when it is finished, and it is not verified: that takes the whole
 * recording (`verifyRecording`, of what `readRecording` reads).
 *
 * @throws RecordingUnfinishedError when a journal has been left at the path.
 */
export function openRecorder(
  options: RecorderOptions & { readonly path: string; readonly secrets?: readonly string[] },
): OpenRecorder {
  const { inner = openExchanges, name, agents, path, secrets = [] } = options;
  const known = secrets.map((value) => ({ value, kind: 'a secret that is in use' }));
  const header = sessionHeader(options);
  const journal = openJournal(path, header, known);
  const writer = createExchangeWriter(agents, header);
  const timekeeper = createTimekeeper(options.timing);
  const slots = new Map<string, Slot>();
  // By lane, the last ordinal that is written: those before it are.
  const written = new Map<string, number>();
  // Whatever is wrong with a recording, the session that is recorded goes on: `finish` tells.
  let failure: { readonly error: unknown } | undefined;
  const write = (settled: readonly Slot[]): void => {
    for (const slot of inOrderOfLanes(settled)) {
      const { place, observed } = slot;
      if (observed === undefined) throw new RecordingIncompleteError(name, place);
      const exchange = writer.write(place, observed);
      keepTime(timekeeper, slot, exchange);
      journal.append([...writer.takeDefinitions(), exchange]);
      slots.delete(placeName(place));
      written.set(place.lane, Math.max(place.ordinal, written.get(place.lane) ?? -1));
    }
  };
  const settle = (turn: ExchangePlace): void => {
    const earlier = [...slots.values()].filter(({ place }) => placeName(place) !== placeName(turn));
    const isOwn = laneOf(turn.lane).sibling === 0;
    if (!isOwn || failure !== undefined || earlier.some(({ observed }) => !observed)) return;
    try {
      write(earlier);
    } catch (error) {
      failure = { error };
    }
  };
  const begin: Begin = (place) => {
    if (place.ordinal <= (written.get(place.lane) ?? -1)) {
      failure ??= { error: new UnrecordableError(placeName(place), 'it happened once more, late') };
    }
    const { slot, end } = openSlot(place, timekeeper);
    slots.set(placeName(place), slot);
    return end;
  };
  const exchanges = watchExchanges(inner, begin, timekeeper?.now);
  return {
    exchanges: {
      ...exchanges,
      model: (place, model) => {
        settle(place);
        return exchanges.model(place, model);
      },
    },
    finish: async (events) => {
      if (failure !== undefined) throw failure.error;
      write([...slots.values()]);
      const hash = await journal.complete(outlineOf(events));
      if (timekeeper !== undefined) await writeTiming(path, timekeeper.timing(hash));
    },
  };
}
