import { z } from 'zod';
import {
  type Agent,
  type DecisionOutcome,
  type DispatchedCall,
  type ExchangePlace,
  type Exchanges,
  openExchanges,
  type PersonsClear,
  type PersonsMessage,
  type SessionEvent,
  type SteeringMessage,
  type ToolCall,
  type ToolOutcome,
} from '#harness';
import { type Aliases, createAliases } from '../format/aliases.ts';
import { outlineOf } from '../format/event-outline.ts';
import { formatVersion, sessionHeaderSchema } from '../format/header.ts';
import { asJson } from '../format/json.ts';
import { createRequestPacker, type RequestPacker } from '../format/model-request.ts';
import {
  type Exchange,
  exchangeSchema,
  laneOf,
  placeName,
  type Recording,
  recordedSteering,
  steeringPlace,
} from '../format/recording.ts';
import { createRecordingRedaction, type RecordingRedaction } from '../format/redaction.ts';
import { foldParts } from '../format/stream-part.ts';
import { toolchain } from '../format/toolchain.ts';
import { UnrecordableError } from '../format/unrecordable-error.ts';
import { failureOf, type ObservedCall, recordSessionModel } from './record-session-model.ts';
import { RecordingIncompleteError } from './recording-incomplete-error.ts';

export interface RecorderOptions {
  /** What answers while it is recorded; open by default. */
  readonly inner?: Exchanges;
  readonly name: string;
  /** Who answers as the model: `scripted`, `live:<model>`. */
  readonly made: string;
  readonly model: { readonly provider: string; readonly modelId: string };
  /** Whose prompts the requests carry: gives them their names. */
  readonly agents: readonly Agent[];
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

/** An exchange as it happened. */
type Observed =
  | ({ readonly t: 'message' } & PersonsMessage)
  | ({ readonly t: 'clear' } & PersonsClear)
  | { readonly t: 'steering'; readonly messages: readonly SteeringMessage[] }
  | { readonly t: 'clock'; readonly value: number }
  | { readonly t: 'dice'; readonly value: string }
  | ({ readonly t: 'model' } & ObservedCall)
  | ({ readonly t: 'tool'; readonly outcome: ToolOutcome } & DispatchedCall)
  | ({ readonly t: 'decision'; readonly decision: DecisionOutcome } & ToolCall);

interface Slot {
  readonly place: ExchangePlace;
  /** Undefined while the exchange goes on. */
  observed: Observed | undefined;
}

/**
 * Watches a session's exchanges. What happens again at a place, because a step ran twice or a transaction was tried again,
 * replaces what was kept there: a recording has one exchange a place, in the order in which places were first reached. It
 * holds no e-mail address: what a replay gets to see, and sees again in what it asks, are placeholders.
 */
export function createRecorder(options: RecorderOptions): Recorder {
  const { inner = openExchanges, name, made, model, agents } = options;
  const header = sessionHeaderSchema.parse({
    t: 'recording',
    v: formatVersion,
    fidelity: 'session',
    name,
    made,
    model: { provider: model.provider, modelId: model.modelId },
    toolchain,
  });
  const slots = new Map<string, Slot>();
  return {
    exchanges: watch(inner, (place) => {
      const slot: Slot = { place, observed: undefined };
      slots.set(placeName(place), slot);
      return (observed) => {
        slot.observed = observed;
      };
    }),
    finish: (events) => {
      const writing = {
        aliases: createAliases(),
        packer: createRequestPacker(agents),
        redaction: createRecordingRedaction(),
      };
      const exchanges = inOrderOfLanes([...slots.values()]).map(({ place, observed }) => {
        if (observed === undefined) throw new RecordingIncompleteError(name, place);
        return write(place, observed, writing);
      });
      const outline = outlineOf(events);
      return {
        header,
        definitions: writing.packer.definitions(),
        exchanges,
        events: outline,
        editedLines: [],
      };
    },
  };
}

/**
 * Sub-agents work side by side, and which of them asks first is chance: what they ask while the run waits for them is put in
 * the order of their lanes.
 */
function inOrderOfLanes(slots: readonly Slot[]): readonly Slot[] {
  const ordered: Slot[] = [];
  let siblings: Slot[] = [];
  const flush = (): void => {
    ordered.push(...siblings.toSorted((left, right) => siblingOf(left) - siblingOf(right)));
    siblings = [];
  };
  for (const slot of slots) {
    if (siblingOf(slot) === 0) flush();
    (siblingOf(slot) === 0 ? ordered : siblings).push(slot);
  }
  flush();
  return ordered;
}

/** Which sub-agent's slot it is; 0 for the run itself. */
const siblingOf = ({ place }: Slot): number => laneOf(place.lane).sibling;

/** Begins an exchange; what it returns ends it. */
type Begin = (place: ExchangePlace) => (observed: Observed) => void;

function watch(inner: Exchanges, begin: Begin): Exchanges {
  return {
    message: (place, message) => {
      const end = begin(place);
      inner.message(place, message);
      end({ t: 'message', ...message });
    },
    cleared: (place, clear) => {
      const end = begin(place);
      inner.cleared(place, clear);
      end({ t: 'clear', ...clear });
    },
    model: (place, model) => {
      const end = begin(place);
      return recordSessionModel(inner.model(place, model), (call) => end({ t: 'model', ...call }));
    },
    tool: async (place, call, execute) => {
      const end = begin(place);
      const outcome = await inner.tool(place, call, execute);
      end({ t: 'tool', ...call, outcome });
      return outcome;
    },
    decision: async (place, call, wait) => {
      const end = begin(place);
      const decision = await inner.decision(place, call, wait);
      end({ t: 'decision', ...call, decision });
      return decision;
    },
    steering: (place, look) => {
      const messages = inner.steering(place, look);
      // Most turns find nothing, and nothing is kept of that.
      if (messages.length > 0) begin(steeringPlace(place))({ t: 'steering', messages });
      return messages;
    },
    clock: (place, read) => {
      const end = begin(place);
      const value = inner.clock(place, read);
      end({ t: 'clock', value });
      return value;
    },
    dice: (place, roll) => {
      const end = begin(place);
      const value = inner.dice(place, roll);
      end({ t: 'dice', value });
      return value;
    },
  };
}

interface Writing {
  readonly aliases: Aliases;
  readonly packer: RequestPacker;
  readonly redaction: RecordingRedaction;
}

/** The line of an exchange: redacted, ids renamed, times dropped, keys in the order of the format. */
function write(
  place: ExchangePlace,
  observed: Observed,
  { aliases, packer, redaction }: Writing,
): Exchange {
  switch (observed.t) {
    case 'clock':
    case 'dice':
      return lineOf(place, { ...observed });
    case 'steering': {
      const messages = observed.messages
        .map(recordedSteering)
        .map((message) => ({ ...message, text: redaction.text(message.text) }));
      return lineOf(place, { t: observed.t, messages });
    }
    case 'clear': {
      const { by, force } = observed;
      return lineOf(place, { t: observed.t, by, ...(force ? { force } : {}) });
    }
    case 'message':
      return lineOf(place, { ...observed, text: redaction.text(observed.text) });
    case 'tool': {
      const { callId, input, outcome, ...exchange } = observed;
      return lineOf(place, {
        ...exchange,
        input: redaction.said(input),
        outcome: redaction.said(asJson(outcome)),
        call: aliases.of('call', callId),
      });
    }
    case 'decision': {
      const { callId, input, decision, ...exchange } = observed;
      return lineOf(place, {
        ...exchange,
        input: redaction.said(input),
        decision: redaction.said(asJson(decision)),
        call: aliases.of('call', callId),
      });
    }
    case 'model': {
      const { t, request, parts, error } = observed;
      const messages = request.messages.map((message) => redaction.said(aliases.in(message)));
      return lineOf(place, {
        t,
        request: packer.pack(place.lane, { ...request, messages }),
        answer: {
          parts: foldParts(parts, failureOf).map((part) =>
            redaction.part(aliases.inPart(asJson(part))),
          ),
          ...(error === undefined ? {} : { error: redaction.said(asJson(error)) }),
        },
      });
    }
  }
}

function lineOf(
  { lane, ordinal: n }: ExchangePlace,
  exchange: Readonly<Record<string, unknown>>,
): Exchange {
  const parsed = exchangeSchema.safeParse({ ...exchange, lane, n });
  if (parsed.success) return parsed.data;
  const reason = z.prettifyError(parsed.error).replaceAll(/\s+/g, ' ');
  throw new UnrecordableError(placeName({ lane, ordinal: n }), reason);
}
