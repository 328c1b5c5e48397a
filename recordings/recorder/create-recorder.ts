import { type Agent, type Exchanges, openExchanges, type SessionEvent } from '#harness';
import { outlineOf } from '../format/event-outline.ts';
import {
  type ForkedFrom,
  formatVersion,
  type SessionHeader,
  sessionHeaderSchema,
} from '../format/header.ts';
import { placeName, type Recording } from '../format/recording.ts';
import { toolchain } from '../format/toolchain.ts';
import { createExchangeWriter } from './exchange-writer.ts';
import { RecordingIncompleteError } from './recording-incomplete-error.ts';
import { inOrderOfLanes, type Slot } from './slots.ts';
import { watchExchanges } from './watch-exchanges.ts';

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
  const slots = new Map<string, Slot>();
  return {
    exchanges: watchExchanges(inner, (place) => {
      const slot: Slot = { place, observed: undefined };
      slots.set(placeName(place), slot);
      return (observed) => {
        slot.observed = observed;
      };
    }),
    finish: (events) => {
      const writer = createExchangeWriter(agents, header);
      const exchanges = arrange([...slots.values()]).map(({ place, observed }) => {
        if (observed === undefined) throw new RecordingIncompleteError(name, place);
        return writer.write(place, observed);
      });
      const definitions = writer.takeDefinitions();
      return { header, definitions, exchanges, events: outlineOf(events), editedLines: [] };
    },
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
