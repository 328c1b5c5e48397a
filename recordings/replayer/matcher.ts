import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import {
  type DecisionOutcome,
  type DispatchedCall,
  type ExchangePlace,
  fingerprint,
  type PersonsClear,
  type PersonsMessage,
  type ToolCall,
  type ToolOutcome,
} from '#harness';
import type { ModelName } from '../format/header.ts';
import { asJson } from '../format/json.ts';
import { requestOf } from '../format/model-request.ts';
import {
  isSummaryLane,
  type ModelAnswer,
  placeOf,
  type RecordedSteering,
  steeringPlace,
} from '../format/recording.ts';
import { changedDefinitions } from './changed-definitions.ts';
import { compareRequest } from './compare-request.ts';
import type { ExchangeReference } from './divergence.ts';
import { findTwin } from './find-twin.ts';
import { createFinder, type Explanation, type Finder, type FinderParts } from './finder.ts';
import {
  decisionExchange,
  modelExchange,
  referenceTo,
  type Tape,
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
  readonly model: (
    place: ExchangePlace,
    model: ModelName,
    options: LanguageModelV4CallOptions,
  ) => ModelAnswer;
  /** Who answered the recorded session at this place, where that was not the model of its header. */
  readonly ownModel: (place: ExchangePlace) => ModelName | undefined;
  readonly tool: (place: ExchangePlace, call: DispatchedCall) => TapedTool;
  /** As `tool`, of a call that a live model made: how it named the call is its own. */
  readonly anyCall: (place: ExchangePlace, call: DispatchedCall) => TapedTool;
  readonly decision: (place: ExchangePlace, call: ToolCall) => DecisionOutcome;
  /** What was recorded of a call that must not be made again: whether its tool would say the same nobody knows. */
  readonly withheld: (place: ExchangePlace, call: DispatchedCall) => ToolOutcome;
  /** What a live call is taken to have come to: what was recorded, from which it must not differ. */
  readonly outcome: (recorded: TapedTool, outcome: ToolOutcome) => ToolOutcome;
  readonly clock: (place: ExchangePlace) => number;
  readonly dice: (place: ExchangePlace) => string;
  /** As these two, where the host is asked as well: what it says must be what was recorded. */
  readonly toldTime: (place: ExchangePlace, value: number) => number;
  readonly rolled: (place: ExchangePlace, value: string) => string;
  /** By today's fingerprint of a prompt that is accepted, that of the recorded one. */
  readonly prompts: ReadonlyMap<string, string>;
}

/** Matches against the tape. What it answered is checked off; what it cannot answer goes to the latch. */
export function createMatcher(parts: FinderParts): Matcher {
  const { tape } = parts;
  const finder = createFinder(parts);
  return {
    ...peopleIn(parts, finder),
    ...modelIn(tape, finder),
    ...toolsIn(tape, finder),
    ...hostIn(finder),
  };
}

function peopleIn(
  { tape, checklist }: Pick<FinderParts, 'tape' | 'checklist'>,
  finder: Finder,
): Pick<Matcher, 'message' | 'cleared' | 'steering' | 'found' | 'decision'> {
  const { compare, take } = finder;
  const steering = (turn: ExchangePlace): readonly RecordedSteering[] => {
    const place = steeringPlace(turn);
    if (tape.at(place) === undefined) return [];
    const asked = { exchange: 'steering', place };
    const { messages } = take('steering', asked);
    for (const { run } of messages) {
      const said = tape.at({ lane: String(run), ordinal: 0 });
      if (said?.t === 'message' && said.mode === 'steer') continue;
      const note = `The recording holds no message of run ${run} that was said to a run in progress.`;
      finder.differ(asked, { class: 'MESSAGE', note });
    }
    return messages;
  };
  return {
    message: (place, message) => {
      const asked = { exchange: 'message', place };
      const { t: _, lane: __, n: ___, ...recorded } = take('message', asked);
      compare(asked, 'MESSAGE', { subject: 'message', recorded, asked: asJson(message) });
      // A message that steered stands twice in the file, and one of the two says what was said.
      const read = readEarlier({ tape, checklist }, place);
      if (read === undefined) return;
      compare(asked, 'MESSAGE', { subject: 'text', recorded: read, asked: message.text });
    },
    cleared: (place, { by, force }) => {
      const asked = { exchange: 'clear', place };
      const { by: whoDid, force: forced = false } = take('clear', asked);
      const recorded = asJson({ by: whoDid, force: forced });
      compare(asked, 'MESSAGE', { subject: 'clear', recorded, asked: asJson({ by, force }) });
    },
    steering,
    found: (turn, messages) => {
      const at = { exchange: 'steering', place: steeringPlace(turn) };
      const recorded = asJson(steering(turn));
      compare(at, 'MESSAGE', { subject: 'steering', recorded, asked: asJson(messages) });
    },
    decision: (place, call) => {
      const asked = { exchange: decisionExchange(call), place };
      const found = take('decision', asked, call);
      compare(asked, 'TOOL_INPUT', { subject: 'input', recorded: found.input, asked: call.input });
      // A question that no model's call raised has an id of the run's own.
      if (asksFor(tape, call)) checkCall(finder, asked, { found, call });
      return found.decision;
    },
  };
}

/** What a run that has gone before says it was told by the message at this place. */
function readEarlier(
  { tape, checklist }: Pick<FinderParts, 'tape' | 'checklist'>,
  { lane }: ExchangePlace,
): string | undefined {
  for (const each of tape.exchanges) {
    if (each.t !== 'steering' || !checklist.has(placeOf(each))) continue;
    const found = each.messages.find(({ run }) => String(run) === lane);
    if (found !== undefined) return found.text;
  }
  return undefined;
}

function modelIn(
  tape: Tape,
  { differ, take }: Finder,
): Pick<Matcher, 'model' | 'ownModel' | 'prompts'> {
  const prompts = new Map<string, string>();
  const { model: main } = tape.recording.header;
  return {
    prompts,
    ownModel: (place) => {
      const found = tape.at(place);
      return found?.t === 'model' ? found.model : undefined;
    },
    model: (place, { provider, modelId }, options) => {
      const asked = { exchange: modelExchange, place };
      const { request, answer, model: own } = take('model', asked);
      const now = requestOf(options);
      // Where an agent's turn names a model of its own, the session went on with another one: by its code it asks but one.
      const { found, equal } = compareRequest(
        { ...request, model: (isSummaryLane(place.lane) ? own : undefined) ?? main },
        { ...now, model: { provider, modelId } },
        tape,
      );
      for (const each of found) {
        const explain = (): Explanation => ({
          ...findTwin(now, place, tape),
          definitions: changedDefinitions(request, now, tape.recording.definitions),
        });
        differ(asked, { ...each, equal, explain });
      }
      for (const [index, text] of found.length === 0 ? [] : request.system.entries()) {
        prompts.set(fingerprint(now.system[index] ?? ''), fingerprint(text));
      }
      return answer;
    },
  };
}

function toolsIn(
  tape: Tape,
  finder: Finder,
): Pick<Matcher, 'tool' | 'anyCall' | 'withheld' | 'outcome'> {
  const { compare, doubt, take } = finder;
  const isMigrated = tape.recording.header.migratedFrom !== undefined;
  const anyCall = (place: ExchangePlace, call: DispatchedCall): TapedTool => {
    const asked = { exchange: toolExchange(call), place };
    const found = take('tool', asked, call);
    compare(asked, 'TOOL_INPUT', { subject: 'input', recorded: found.input, asked: call.input });
    // A file of an older version did not write it.
    if (found.effect !== undefined || !isMigrated) {
      const effect = { recorded: found.effect ?? null, asked: call.effect ?? null };
      compare(asked, 'TOOLS', { subject: 'effect', ...effect });
    }
    return found;
  };
  const tool = (place: ExchangePlace, call: DispatchedCall): TapedTool => {
    const found = anyCall(place, call);
    checkCall(finder, { exchange: toolExchange(call), place }, { found, call });
    return found;
  };
  return {
    anyCall,
    tool,
    withheld: (place, call) => {
      const { outcome } = tool(place, call);
      const note = 'Its effect cannot be repeated safely: the tool did not run.';
      doubt({ exchange: toolExchange(call), place }, { note });
      return outcome;
    },
    outcome: (recorded, outcome) => {
      const said = { subject: 'outcome', recorded: recorded.outcome, asked: asJson(outcome) };
      return compare(referenceTo(recorded), 'TOOL_RESULT', said) ? outcome : recorded.outcome;
    },
  };
}

function asksFor({ exchanges }: Tape, { callId }: ToolCall): boolean {
  return exchanges.some(
    (each) =>
      each.t === 'model' &&
      each.answer.parts.some((part) => part.type === 'tool-call' && part.toolCallId === callId),
  );
}

/** Two calls may ask for the same: which of them is answered is said by its id. */
function checkCall(
  { differ }: Finder,
  asked: ExchangeReference,
  { found, call }: { readonly found: { readonly call: string }; readonly call: ToolCall },
): void {
  if (found.call === call.callId) return;
  const note = `It answers ${call.callId}; the recording holds the answer to ${found.call} there.`;
  differ(asked, { class: 'ORDER', note });
}

function hostIn({
  compare,
  take,
}: Finder): Pick<Matcher, 'clock' | 'dice' | 'toldTime' | 'rolled'> {
  const clock = (place: ExchangePlace): number => take('clock', { exchange: 'clock', place }).value;
  const dice = (place: ExchangePlace): string => take('dice', { exchange: 'dice', place }).value;
  return {
    clock,
    dice,
    toldTime: (place, asked) => {
      const recorded = clock(place);
      compare({ exchange: 'clock', place }, 'CLOCK', { subject: 'value', recorded, asked });
      return recorded;
    },
    rolled: (place, asked) => {
      const recorded = dice(place);
      compare({ exchange: 'dice', place }, 'CLOCK', { subject: 'value', recorded, asked });
      return recorded;
    },
  };
}
