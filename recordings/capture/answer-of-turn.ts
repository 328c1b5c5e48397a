import { z } from 'zod';
import { asJson } from '../format/json.ts';
import type { ModelAnswer } from '../format/recording.ts';
import { type RecordedPart, recordedPartSchema } from '../format/stream-part.ts';
import type { SavedSummary, SavedTurn } from './saved-output.ts';

// A model's answer as it can be made again of what a run has kept of it: what was said, called and thought, in its order.
//
//   A1. What a harness makes of the answer is what it has saved, or there is no answer.
//   A2. How the provider framed it is gone: the pieces it came in, ids of the response, details of the usage, warnings, the order of arguments.

export type MadeAnswer = { readonly answer: ModelAnswer } | { readonly lost: string };

/** An answer that says what has been saved; or why there can be none. `name` is unique in its session. */
export function answerOf(saved: SavedTurn | SavedSummary, name: string): MadeAnswer {
  switch (saved.kind) {
    case 'completed':
      return answerOfTurn(saved, name);
    case 'compacted': {
      const text = textParts(saved.memory.text, name, {});
      return { answer: { parts: [...text, finish('stop', saved.usage)] } };
    }
    case 'failed':
      return saved.error.code === 'QUOTA_EXCEEDED'
        ? { lost: 'a quota had nothing left, and a recording knows no quotas' }
        : // Whether it was tried again shows nowhere in what came of it.
          { answer: { parts: [], error: { ...saved.error, retryable: false } } };
    case 'cancelled':
      return { lost: 'the run was cancelled, and a recording has no line for that' };
    case 'withheld':
      return { lost: 'what the model said was withheld, and not kept' };
    case 'postponed':
      return { lost: 'the model was not asked, and would be today' };
  }
}

const metadata = {
  providerOptions: z.record(z.string(), z.record(z.string(), z.json())).optional(),
};
const contentSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string(), ...metadata }),
  z.object({ type: z.literal('reasoning'), text: z.string(), ...metadata }),
  z.object({
    type: z.literal('tool-call'),
    toolCallId: z.string(),
    toolName: z.string(),
    input: z.json(),
    providerExecuted: z.literal(false).optional(),
    ...metadata,
  }),
]);
type Content = z.infer<typeof contentSchema>;
type Metadata = Content['providerOptions'];
const messageSchema = z.discriminatedUnion('role', [
  z.object({
    role: z.literal('assistant'),
    content: z.union([
      z.string().transform((text): Content[] => [{ type: 'text', text }]),
      z.array(contentSchema),
    ]),
  }),
  // The SDK's own answers to calls that it refused; it gives them again.
  z.object({ role: z.literal('tool'), content: z.array(z.unknown()) }),
]);

function answerOfTurn(turn: Extract<SavedTurn, { kind: 'completed' }>, name: string): MadeAnswer {
  const read = z.array(messageSchema).safeParse(turn.messages);
  if (!read.success) {
    return { lost: 'the model answered with something other than text, reasoning and calls' };
  }
  const contents = read.data.flatMap((each) => (each.role === 'assistant' ? each.content : []));
  const refused = new Set(turn.refusedCalls.map(({ callId }) => callId));
  const parts = contents.flatMap((content, index): readonly RecordedPart[] =>
    content.type === 'tool-call'
      ? [callPart(content, refused.has(content.toolCallId))]
      : blockParts(content, `${name}/${index}`),
  );
  return { answer: { parts: [...parts, finish(turn.finishReason, turn.usage)] } };
}

type Call = Extract<Content, { type: 'tool-call' }>;

/** The SDK repeats what it refuses, as it came; of all else the order of arguments is gone. */
function callPart(
  { toolCallId, toolName, input, ...told }: Call,
  isRefused: boolean,
): RecordedPart {
  const json = JSON.stringify(isRefused ? input : asJson(input));
  // What did not parse was kept as the text it was.
  const text = typeof input === 'string' ? input : json;
  return { type: 'tool-call', toolCallId, toolName, input: text, ...toldOf(told) };
}

function blockParts(block: Exclude<Content, Call>, name: string): readonly RecordedPart[] {
  const { text, type, providerOptions } = block;
  const id = itemIdIn(providerOptions) ?? name;
  const told = toldOf(block);
  if (type === 'text') return textParts(text, id, told);
  return [
    { type: 'reasoning-start', id, ...told },
    ...(text === '' ? [] : [{ type: 'reasoning-delta' as const, id, deltas: [text] }]),
    { type: 'reasoning-end', id, ...told },
  ];
}

interface Told {
  readonly providerMetadata?: NonNullable<Metadata>;
}

const toldOf = ({ providerOptions }: Pick<Content, 'providerOptions'>): Told =>
  providerOptions === undefined ? {} : { providerMetadata: providerOptions };

function textParts(text: string, id: string, told: Told): readonly RecordedPart[] {
  return [
    { type: 'text-start', id, ...told },
    ...(text === '' ? [] : [{ type: 'text-delta' as const, id, deltas: [text] }]),
    { type: 'text-end', id, ...told },
  ];
}

/** What the provider itself calls this piece of its answer. */
function itemIdIn(told: Metadata): string | undefined {
  const ids = Object.values(told ?? {}).map(({ itemId }) => itemId);
  return ids.find((id) => typeof id === 'string');
}

function finish(
  reason: string,
  { inputTokens, outputTokens }: { readonly inputTokens: number; readonly outputTokens: number },
): RecordedPart {
  return recordedPartSchema.parse({
    type: 'finish',
    finishReason: { unified: reason },
    usage: { inputTokens: { total: inputTokens }, outputTokens: { total: outputTokens } },
  });
}
