import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import type {
  DecisionOutcome,
  ExchangePlace,
  Json,
  PersonsClear,
  PersonsMessage,
  ToolCall,
  ToolOutcome,
} from '#harness';
import { asJson, firstDifference } from '../format/json.ts';
import { type ModelRequest, requestOf } from '../format/model-request.ts';
import {
  type ExchangeKind,
  type ModelAnswer,
  placeName,
  type RecordedSteering,
  steeringPlace,
} from '../format/recording.ts';
import { comparable } from '../format/redaction.ts';
import type { Checklist } from './checklist.ts';
import { compareRequest } from './compare-request.ts';
import type { Divergence, ExchangeReference } from './divergence.ts';
import { findCause } from './find-cause.ts';
import { missingCall } from './find-end-divergence.ts';
import type { Latch } from './latch.ts';
import {
  decisionExchange,
  modelExchange,
  referenceTo,
  type Tape,
  type TapedExchange,
  type TapedTool,
  toolExchange,
} from './tape.ts';

/** Finds the recorded answer to a request, or diverges. */
export interface Matcher {
  readonly message: (place: ExchangePlace, message: PersonsMessage) => void;
  readonly cleared: (place: ExchangePlace, clear: PersonsClear) => void;
  /** What the recorded run read before the model turn at this place; mostly nothing. */
  readonly steering: (turn: ExchangePlace) => readonly RecordedSteering[];
  /** Diverges unless these messages, found by a live run, are the recorded ones. */
  readonly found: (turn: ExchangePlace, messages: readonly RecordedSteering[]) => void;
  readonly model: (place: ExchangePlace, options: LanguageModelV4CallOptions) => ModelAnswer;
  readonly tool: (place: ExchangePlace, call: ToolCall) => TapedTool;
  readonly decision: (place: ExchangePlace, call: ToolCall) => DecisionOutcome;
  /** Diverges unless a live call came to what was recorded. */
  readonly outcome: (recorded: TapedTool, outcome: ToolOutcome) => void;
  readonly clock: (place: ExchangePlace) => number;
  readonly dice: (place: ExchangePlace) => string;
}

/** What a divergence says beside where it happened. */
type Finding = Pick<Divergence, 'class' | 'difference' | 'cause' | 'note'> & {
  readonly equal?: readonly string[];
};

/** Matches against `tape`. What it answered is checked off; what it cannot answer goes to the latch. */
export function createMatcher(tape: Tape, latch: Latch, checklist: Checklist): Matcher {
  const { diverge, take, sameCall, sameSaid } = createFinder(tape, latch, checklist);
  const steering = (turn: ExchangePlace): readonly RecordedSteering[] => {
    const place = steeringPlace(turn);
    if (tape.at(place) === undefined) return [];
    return take('steering', { exchange: 'steering', place }).messages;
  };
  return {
    message: (place, message) => {
      const asked = { exchange: 'message', place };
      const { t: _, lane: __, n: ___, ...recorded } = take('message', asked);
      sameSaid(asked, recorded, asJson(message));
    },
    cleared: (place, { by, force }) => {
      const asked = { exchange: 'clear', place };
      const recorded = take('clear', asked);
      sameSaid(asked, { by: recorded.by, force: recorded.force ?? false }, asJson({ by, force }));
    },
    steering,
    found: (turn, messages) => {
      const difference = firstDifference(
        'steering',
        ...comparable(asJson(steering(turn)), asJson(messages)),
      );
      if (difference === undefined) return;
      diverge(
        { exchange: 'steering', place: steeringPlace(turn) },
        { class: 'MESSAGE', difference },
      );
    },
    clock: (place) => take('clock', { exchange: 'clock', place }).value,
    dice: (place) => take('dice', { exchange: 'dice', place }).value,
    model: (place, options) => {
      const asked = { exchange: modelExchange, place };
      const { request, answer } = take('model', asked);
      const now = requestOf(options);
      const messages = comparableMessages(request, now);
      const found = compareRequest(
        { ...request, messages: messages[0] },
        { ...now, messages: messages[1] },
      );
      if (found === undefined) return answer;
      const origin =
        found.class === 'MESSAGE' ? findCause(found.difference, messages, tape) : undefined;
      return diverge(asked, { ...found, ...origin });
    },
    tool: (place, call) => {
      const asked = { exchange: toolExchange(call), place };
      const found = take('tool', asked);
      sameCall(found, call, asked);
      if (found.call === call.callId) return found;
      const note = `It answers ${call.callId}; the recording holds the answer to ${found.call} there.`;
      return diverge(asked, { class: 'ORDER', note });
    },
    decision: (place, call) => {
      const asked = { exchange: decisionExchange(call), place };
      const found = take('decision', asked);
      sameCall(found, call, asked);
      return found.decision;
    },
    outcome: (recorded, outcome) => {
      const difference = firstDifference(
        'outcome',
        ...comparable(recorded.outcome, asJson(outcome)),
      );
      if (difference !== undefined)
        diverge(referenceTo(recorded), { class: 'TOOL_RESULT', difference });
    },
  };
}

interface Finder {
  /** Latches a divergence, and throws. */
  readonly diverge: (at: ExchangeReference, finding: Finding) => never;
  /** What stands at the place, if it is of that kind. */
  readonly take: <Kind extends ExchangeKind>(
    kind: Kind,
    asked: ExchangeReference,
  ) => Extract<TapedExchange, { t: Kind }>;
  /** Diverges unless a person says now what was recorded. */
  readonly sameSaid: (asked: ExchangeReference, recorded: Json, now: Json) => void;
  /** Diverges unless what was found is about this call. */
  readonly sameCall: (
    found: Pick<TapedTool, 'tool' | 'input'>,
    call: ToolCall,
    asked: ExchangeReference,
  ) => void;
}

function createFinder(tape: Tape, latch: Latch, checklist: Checklist): Finder {
  const diverge = (at: ExchangeReference, { equal = [], ...finding }: Finding): never => {
    const { header } = tape.recording;
    // A run that ended early shows in the runs behind it, as a conversation that is another.
    const missing = missingCall(tape, checklist.openBefore(at.place));
    if (missing !== undefined) return latch.diverge(missing);
    const next = tape.after(at.place);
    return latch.diverge({
      ...finding,
      recording: header.name,
      at,
      equal,
      ...(next === undefined ? {} : { next: referenceTo(next) }),
      edited: tape.edited,
    });
  };
  const take = <Kind extends ExchangeKind>(
    kind: Kind,
    asked: ExchangeReference,
  ): Extract<TapedExchange, { t: Kind }> => {
    latch.check();
    const found = tape.at(asked.place);
    if (found === undefined || !isKind(found, kind)) {
      return diverge(asked, misplaced(asked, tape, checklist));
    }
    checklist.check(asked.place);
    return found;
  };
  const sameCall = (
    found: Pick<TapedTool, 'tool' | 'input'>,
    call: ToolCall,
    asked: ExchangeReference,
  ): void => {
    if (found.tool !== call.tool) diverge(asked, misplaced(asked, tape, checklist));
    const difference = firstDifference('input', ...comparable(found.input, call.input));
    if (difference !== undefined) diverge(asked, { class: 'TOOL_INPUT', difference });
  };
  const sameSaid = (asked: ExchangeReference, recorded: Json, now: Json): void => {
    const difference = firstDifference('message', ...comparable(recorded, now));
    if (difference !== undefined) diverge(asked, { class: 'MESSAGE', difference });
  };
  return { diverge, take, sameCall, sameSaid };
}

function comparableMessages(
  recorded: ModelRequest,
  asked: ModelRequest,
): readonly [recorded: readonly Json[], asked: readonly Json[]] {
  const [before, now] = comparable([...recorded.messages], [...asked.messages]);
  return [Array.isArray(before) ? before : [], Array.isArray(now) ? now : []];
}

function isKind<Kind extends ExchangeKind>(
  exchange: TapedExchange,
  kind: Kind,
): exchange is Extract<TapedExchange, { t: Kind }> {
  return exchange.t === kind;
}

/** Nothing is taken from another place: it is only said where the recording holds what was asked for. */
function misplaced(asked: ExchangeReference, tape: Tape, checklist: Checklist): Finding {
  const found = tape.at(asked.place);
  const held = found === undefined ? 'nothing' : referenceTo(found).exchange;
  const elsewhere = checklist
    .open()
    .map(referenceTo)
    .find(({ exchange, place }) => exchange === asked.exchange && place.lane === asked.place.lane);
  const note = `The recording holds ${held} there`;
  return elsewhere === undefined
    ? { class: 'EXTRA_CALL', note: `${note}.` }
    : {
        class: 'ORDER',
        note: `${note}; it holds what was asked for at ${placeName(elsewhere.place)}.`,
      };
}
