import type { Json } from '#harness';
import { type Difference, firstDifference } from '../format/json.ts';
import type { Divergence, DivergenceClass } from './divergence.ts';
import { type AnyTape, referenceTo, type TapedModel, type TapedTool } from './tape.ts';

/** An earlier exchange that a difference comes from, and the class that this makes it. */
export interface Cause {
  readonly class: DivergenceClass;
  readonly cause: NonNullable<Divergence['cause']>;
}

/**
 * Where a difference in a request's messages comes from: every message of a request repeats an earlier exchange, so the
 * exchange that says the same as the run, and not the same as the recorded request, is the one that changed.
 */
export function findCause(
  { pointer }: Difference,
  [recorded, asked]: readonly [recorded: readonly Json[], asked: readonly Json[]],
  tape: AnyTape,
): Cause | undefined {
  const [index, , part = ''] = pointer.split('/').slice(1);
  const [before, now] = [recorded[Number(index)], asked[Number(index)]];
  const role = stringAt(now, 'role');
  // One message more than was recorded has a cause too: a message that the run read too early.
  if (before !== undefined && role !== stringAt(before, 'role')) return undefined;
  if (role === 'assistant') return answerCause(before, now, tape);
  if (role === 'user') return messageCause(before, now, tape);
  return toolResultCause(partAt(before, part), partAt(now, part), tape);
}

function toolResultCause(
  recorded: Json | undefined,
  asked: Json | undefined,
  tape: AnyTape,
): Cause | undefined {
  const call = stringAt(asked, 'toolCallId');
  // A result that stands in another's place is not another result.
  if (stringAt(recorded, 'toolCallId') !== call) return undefined;
  const source = tape.exchanges.findLast(
    (each): each is TapedTool => each.t === 'tool' && each.call === call,
  );
  if (source === undefined) return undefined;
  const difference = firstDifference('result', resultIn(recorded), resultIn(asked));
  const isSource = firstDifference('result', resultOf(source), resultIn(asked)) === undefined;
  if (difference === undefined || !isSource) return undefined;
  return { class: 'TOOL_RESULT', cause: { ...referenceTo(source), difference } };
}

/** A tool's result as a request carries it, and as an exchange does: the same text or value in both. */
function resultIn(part: Json | undefined): Json | undefined {
  return at(at(part, 'output'), 'value');
}

function resultOf({ outcome }: TapedTool): Json {
  switch (outcome.kind) {
    case 'completed':
      return outcome.output;
    case 'failed':
      return `${outcome.error.code}: ${outcome.error.message}`;
    case 'approval-required':
    case 'effect-unknown':
      // No request carries it: the call's result stands in a later exchange.
      return null;
  }
}

function answerCause(
  recorded: Json | undefined,
  asked: Json | undefined,
  tape: AnyTape,
): Cause | undefined {
  const difference = firstDifference('answer', at(recorded, 'content'), at(asked, 'content'));
  const calls = partsOf(asked).flatMap((part) => stringAt(part, 'toolCallId') ?? []);
  const source = tape.exchanges.find(
    (each): each is TapedModel =>
      each.t === 'model' &&
      textOf(each) === textIn(asked) &&
      calls.every((call) => asksFor(each, call)),
  );
  if (source === undefined || difference === undefined) return undefined;
  return { class: 'MESSAGE', cause: { ...referenceTo(source), difference } };
}

function asksFor({ answer }: TapedModel, call: string): boolean {
  return answer.parts.some((part) => part.type === 'tool-call' && part.toolCallId === call);
}

function textOf({ answer }: TapedModel): string {
  return answer.parts.flatMap((part) => (part.type === 'text-delta' ? part.deltas : [])).join('');
}

function messageCause(
  recorded: Json | undefined,
  asked: Json | undefined,
  tape: AnyTape,
): Cause | undefined {
  const said = textIn(asked);
  const before = recorded === undefined ? undefined : textIn(recorded);
  const difference = firstDifference('text', before, said);
  // A message that steered stands twice in the file; what a run was told is what it found waiting.
  const source =
    tape.exchanges.find(
      (each) => each.t === 'steering' && each.messages.some(({ text }) => text === said),
    ) ?? tape.exchanges.find((each) => each.t === 'message' && each.text === said);
  if (source === undefined || difference === undefined) return undefined;
  return { class: 'MESSAGE', cause: { ...referenceTo(source), difference } };
}

/** What a message says in words. */
function textIn(message: Json | undefined): string {
  const texts = partsOf(message).filter((part) => stringAt(part, 'type') === 'text');
  return texts.map((part) => stringAt(part, 'text') ?? '').join('');
}

function partAt(message: Json | undefined, index: string): Json | undefined {
  return at(at(message, 'content'), index);
}

function partsOf(message: Json | undefined): readonly Json[] {
  const content = at(message, 'content');
  return Array.isArray(content) ? content : [];
}

function at(value: Json | undefined, property: string): Json | undefined {
  if (Array.isArray(value)) return value[Number(property)];
  return typeof value === 'object' && value !== null ? value[property] : undefined;
}

function stringAt(value: Json | undefined, property: string): string | undefined {
  const found = at(value, property);
  return typeof found === 'string' ? found : undefined;
}
