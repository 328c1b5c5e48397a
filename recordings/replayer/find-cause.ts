import type { Json } from '#harness';
import { type Difference, firstDifference } from '../format/json.ts';
import type { Divergence, DivergenceClass } from './divergence.ts';
import { referenceTo, type Tape, type TapedExchange } from './tape.ts';

type ToolExchange = Extract<TapedExchange, { t: 'tool' }>;
type ModelExchange = Extract<TapedExchange, { t: 'model' }>;

/**
 * Where a difference in a request's messages comes from: every message of a request repeats an earlier exchange, so the
 * exchange that says the same as the run, and not the same as the recorded request, is the one that changed.
 */
export function findCause(
  {
    difference,
    recorded,
    asked,
  }: {
    readonly difference: Difference;
    readonly recorded: readonly Json[];
    readonly asked: readonly Json[];
  },
  tape: Tape,
):
  | { readonly class: DivergenceClass; readonly cause: NonNullable<Divergence['cause']> }
  | undefined {
  const [index, , part] = difference.pointer.split('/').slice(1);
  const before = asked[Number(index)];
  const message = recorded[Number(index)];
  const role = stringAt(before, 'role');
  if (role === 'assistant') return modelCause(difference, before, tape);
  if (role === 'user') return messageCause(difference, before, tape);
  if (role !== 'tool') return undefined;
  const [recordedPart, askedPart] = [message, before].map((each) =>
    at(at(each, 'content'), part ?? ''),
  );
  return toolResultCause(recordedPart, askedPart, tape);
}

type Cause = NonNullable<ReturnType<typeof findCause>>;

function toolResultCause(
  recorded: Json | undefined,
  asked: Json | undefined,
  tape: Tape,
): Cause | undefined {
  const call = stringAt(asked, 'toolCallId');
  const source = tape.exchanges.find(
    (each): each is ToolExchange => each.t === 'tool' && each.call === call,
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

function resultOf({ outcome }: ToolExchange): Json {
  return outcome.kind === 'completed'
    ? outcome.output
    : `${outcome.error.code}: ${outcome.error.message}`;
}

function modelCause(
  difference: Difference,
  asked: Json | undefined,
  tape: Tape,
): Cause | undefined {
  const parts = elementsOf(at(asked, 'content'));
  const calls = parts.flatMap((part) => stringAt(part, 'toolCallId') ?? []);
  const text = parts
    .flatMap((part) => (stringAt(part, 'type') === 'text' ? (stringAt(part, 'text') ?? []) : []))
    .join('');
  const source = tape.exchanges.find(
    (each): each is ModelExchange =>
      each.t === 'model' &&
      (calls.length > 0 ? calls.every((call) => asksFor(each, call)) : textOf(each) === text),
  );
  if (source === undefined) return undefined;
  return {
    class: 'MESSAGE',
    cause: { ...referenceTo(source), difference: { ...difference, subject: 'answer' } },
  };
}

function asksFor({ answer }: ModelExchange, call: string): boolean {
  return answer.parts.some((part) => part.type === 'tool-call' && part.toolCallId === call);
}

function textOf({ answer }: ModelExchange): string {
  return answer.parts.flatMap((part) => (part.type === 'text-delta' ? part.deltas : [])).join('');
}

function messageCause(
  difference: Difference,
  asked: Json | undefined,
  tape: Tape,
): Cause | undefined {
  const text = elementsOf(at(asked, 'content'))
    .map((part) => stringAt(part, 'text') ?? '')
    .join('');
  const source = tape.exchanges.find((each) => each.t === 'message' && each.text === text);
  if (source === undefined) return undefined;
  return {
    class: 'MESSAGE',
    cause: { ...referenceTo(source), difference: { ...difference, subject: 'message' } },
  };
}

function at(value: Json | undefined, property: string): Json | undefined {
  if (Array.isArray(value)) return value[Number(property)];
  return typeof value === 'object' && value !== null ? value[property] : undefined;
}

function stringAt(value: Json | undefined, property: string): string | undefined {
  const found = at(value, property);
  return typeof found === 'string' ? found : undefined;
}

function elementsOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
