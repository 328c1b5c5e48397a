import { z } from 'zod';
import type {
  Agent,
  DecisionOutcome,
  DispatchedCall,
  ExchangePlace,
  PersonsClear,
  PersonsMessage,
  SteeringMessage,
  ToolCall,
  ToolOutcome,
} from '#harness';
import { type Aliases, createAliases } from '../format/aliases.ts';
import { type ModelName, mainModelAt, type SessionHeader } from '../format/header.ts';
import { asJson } from '../format/json.ts';
import { createRequestPacker, type RequestPacker } from '../format/model-request.ts';
import { createLatestMessages } from '../format/previous-messages.ts';
import {
  type Definition,
  type Exchange,
  exchangeSchema,
  placeName,
  recordedSteering,
} from '../format/recording.ts';
import { createRecordingRedaction, type RecordingRedaction } from '../format/redaction.ts';
import { foldParts } from '../format/stream-part.ts';
import { UnrecordableError } from '../format/unrecordable-error.ts';
import { failureOf, type ObservedCall } from './record-session-model.ts';

/** An exchange as it happened. */
export type Observed =
  | ({ readonly t: 'message' } & PersonsMessage)
  | ({ readonly t: 'clear' } & PersonsClear)
  | { readonly t: 'steering'; readonly messages: readonly SteeringMessage[] }
  | { readonly t: 'clock'; readonly value: number }
  | { readonly t: 'dice'; readonly value: string }
  | ({ readonly t: 'model' } & ObservedCall)
  | ({ readonly t: 'tool'; readonly outcome: ToolOutcome } & DispatchedCall)
  | ({ readonly t: 'decision'; readonly decision: DecisionOutcome } & ToolCall);

/** Makes the lines of one recording, in their order: ids and placeholders are numbered by it. */
export interface ExchangeWriter {
  readonly write: (place: ExchangePlace, observed: Observed) => Exchange;
  /** What requests have named first since it was last taken: to be written above them. */
  readonly takeDefinitions: () => readonly Definition[];
}

export function createExchangeWriter(
  agents: readonly Agent[],
  header: SessionHeader,
): ExchangeWriter {
  const aliases = createAliases();
  const redaction = createRecordingRedaction({ inAnswers: 'as the harness' });
  const packer = createRequestPacker(agents, {
    say: (message) => redaction.said(aliases.in(message)),
    previous: createLatestMessages(),
  });
  const writing: Writing = { aliases, packer, redaction };
  let written = 0;
  return {
    write: (place, observed) => {
      const exchange = write(place, observed, { ...writing, main: mainModelAt(header, written) });
      written += 1;
      return exchange;
    },
    takeDefinitions: packer.takeDefinitions,
  };
}

interface Writing {
  readonly aliases: Aliases;
  readonly packer: RequestPacker;
  readonly redaction: RecordingRedaction;
}

interface Placed extends Writing {
  /** Who answers where a line says nothing else. */
  readonly main: ModelName;
}

/** The line of an exchange: redacted, ids renamed, times dropped, keys in the order of the format. */
function write(
  place: ExchangePlace,
  observed: Observed,
  { aliases, packer, redaction, main }: Placed,
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
      const { t, model, request, parts, error } = observed;
      return lineOf(place, {
        t,
        request: packer.pack(place.lane, request),
        answer: {
          parts: foldParts(parts, failureOf).map((part) =>
            redaction.part(aliases.inPart(asJson(part))),
          ),
          ...(error === undefined ? {} : { error: redaction.said(asJson(error)) }),
        },
        ...(isSameModel(model, main) ? {} : { model }),
      });
    }
  }
}

const isSameModel = (left: ModelName, right: ModelName): boolean =>
  left.provider === right.provider && left.modelId === right.modelId;

function lineOf(
  { lane, ordinal: n }: ExchangePlace,
  exchange: Readonly<Record<string, unknown>>,
): Exchange {
  const parsed = exchangeSchema.safeParse({ ...exchange, lane, n });
  if (parsed.success) return parsed.data;
  const reason = z.prettifyError(parsed.error).replaceAll(/\s+/g, ' ');
  throw new UnrecordableError(placeName({ lane, ordinal: n }), reason);
}
