import type {
  LanguageModelV4,
  LanguageModelV4Message,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider';
import type { Exchanges, Json } from '#harness';

// A session as a recorder sees it, at the seam and without a harness, which holds what is said while it lives in memory: what
// is measured is what the recorder holds.

export const longSessionModel = { provider: 'scripted', modelId: 'orders' };

const agent = 'orders';
const principal = { id: 'customer-1', role: 'customer', tenant: 'parcels-inc' };
const instructions: LanguageModelV4Message = {
  role: 'system',
  content: 'You answer questions about orders. Look them up before you say anything.',
};
/** A context that is longer is cut to its latest messages, as a budget of tokens does it. */
const contextMessages = { most: 60, kept: 8 };

/** Plays a session of so many runs, each of about 13 KB of recording: a question, a look-up, an answer. */
export async function playLongSession(exchanges: Exchanges, runs: number): Promise<void> {
  let context: LanguageModelV4Message[] = [];
  for (let run = 1; run <= runs; run += 1) {
    const lane = `${run}`;
    const text = questionOf(run);
    exchanges.message({ lane, ordinal: 0 }, { text, principal });
    exchanges.clock({ lane, ordinal: 1 }, () => 1_767_225_600_000 + run);
    exchanges.dice({ lane, ordinal: 2 }, () => run.toString(16).padStart(32, '0'));
    context.push({ role: 'user', content: [{ type: 'text', text }] });
    context.push(...(await playRun(exchanges, run, context)));
    if (context.length > contextMessages.most) context = context.slice(-contextMessages.kept);
  }
}

/** What the run adds to its context. */
async function playRun(
  exchanges: Exchanges,
  run: number,
  context: readonly LanguageModelV4Message[],
): Promise<readonly LanguageModelV4Message[]> {
  const place = (ordinal: number) => ({ lane: `${run}/${agent}`, ordinal });
  const call = { callId: `call_${run}`, tool: 'listOrders', input: { page: run } };
  await ask(exchanges.model(place(0), answering(callParts(call, run))), context);
  const output = ordersOf(run);
  await exchanges.tool(place(1), { ...call, effect: 'read' }, async () => ({
    kind: 'completed',
    output,
  }));
  const { callId: toolCallId, tool: toolName, input } = call;
  const looked: readonly LanguageModelV4Message[] = [
    { role: 'assistant', content: [{ type: 'tool-call', toolCallId, toolName, input }] },
    {
      role: 'tool',
      content: [
        { type: 'tool-result', toolCallId, toolName, output: { type: 'json', value: output } },
      ],
    },
  ];
  const text = answerOf(run);
  await ask(exchanges.model(place(2), answering(textParts(text, run))), [...context, ...looked]);
  return [...looked, { role: 'assistant', content: [{ type: 'text', text }] }];
}

/** Each request is read anew from where it is stored: nothing in it is shared with an earlier one. */
async function ask(
  model: LanguageModelV4,
  context: readonly LanguageModelV4Message[],
): Promise<void> {
  const { stream } = await model.doStream({ prompt: structuredClone([instructions, ...context]) });
  await stream.pipeTo(new WritableStream());
}

function answering(parts: readonly LanguageModelV4StreamPart[]): LanguageModelV4 {
  return {
    specificationVersion: 'v4',
    ...longSessionModel,
    supportedUrls: {},
    doGenerate: () => Promise.reject(new Error('a session streams')),
    doStream: async () => ({ stream: ReadableStream.from(parts) }),
  };
}

function callParts(
  { callId: id, tool: toolName, input }: { callId: string; tool: string; input: Json },
  run: number,
): readonly LanguageModelV4StreamPart[] {
  const written = JSON.stringify(input);
  return [
    { type: 'response-metadata', id: `resp_${run}_call` },
    { type: 'tool-input-start', id, toolName },
    { type: 'tool-input-delta', id, delta: written },
    { type: 'tool-input-end', id },
    { type: 'tool-call', toolCallId: id, toolName, input: written },
    finish('tool-calls'),
  ];
}

function textParts(text: string, run: number): readonly LanguageModelV4StreamPart[] {
  const id = `msg_${run}`;
  return [
    { type: 'response-metadata', id: `resp_${run}_text` },
    { type: 'text-start', id },
    ...(text.match(/.{1,12}/gs) ?? []).map((delta) => ({ type: 'text-delta' as const, id, delta })),
    { type: 'text-end', id },
    finish('stop'),
  ];
}

function finish(unified: 'stop' | 'tool-calls'): LanguageModelV4StreamPart {
  return {
    type: 'finish',
    finishReason: { unified, raw: undefined },
    usage: {
      inputTokens: { total: 900, noCache: 100, cacheRead: 800, cacheWrite: undefined },
      outputTokens: { total: 90, text: 90, reasoning: 0 },
    },
  };
}

const questionOf = (run: number): string =>
  `Where is order ${run}? Write to customer.${run % 50}@example.com, please, as soon as you know. `.repeat(
    2,
  );

const answerOf = (run: number): string =>
  `Order ${run} was shipped on Monday, and is on its way. It costs 49.00 USD. `.repeat(12);

const ordersOf = (run: number): Json =>
  Array.from({ length: 20 }, (_, index) => ({
    id: `ord_${run}_${index}`,
    status: 'shipped',
    amountMinor: 4900 + index,
    currency: 'USD',
    note: `Left at the neighbour's, number ${index}, who knows of order ${run}.`,
  }));
