import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4ResponseMetadata,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from '@ai-sdk/provider';
import { fingerprint } from '../host/fingerprint.ts';
import { conversationFromPrompt } from './conversation.ts';
import type { Playbook } from './playbook.ts';
import {
  deltasOf,
  type ScriptedItem,
  type ScriptedUsage,
  scriptedAnswer,
} from './scripted-answer.ts';

export interface ScriptedModelOptions {
  /** Characters in one streamed delta. */
  readonly chunk?: number;
}

const DEFAULT_CHUNK_CHARACTERS = 12;
const DIGEST_CHARACTERS = 12;

/** An item of an answer, with the ids a provider would give it. */
type IdentifiedItem = ScriptedItem & { readonly itemId: string; readonly callId: string };

interface Turn {
  readonly items: readonly IdentifiedItem[];
  readonly finishReason: LanguageModelV4FinishReason;
  readonly usage: LanguageModelV4Usage;
  readonly response: LanguageModelV4ResponseMetadata;
}

/**
 * `playbook` as a model in process. It answers in the stream parts of the OpenAI adapter; ids are
 * derived from the conversation, so a call that is made again gets the same ids, and another
 * conversation gets others. Usage is an estimate (see ScriptedUsage).
 */
export function scriptedModel(
  playbook: Playbook,
  { chunk = DEFAULT_CHUNK_CHARACTERS }: ScriptedModelOptions = {},
): LanguageModelV4 {
  return {
    specificationVersion: 'v4',
    provider: 'scripted',
    modelId: playbook.name,
    supportedUrls: {},
    async doGenerate(call) {
      const { items, ...turn } = takeTurn(playbook, call);
      return { content: items.map(contentOf), ...turn, warnings: [] };
    },
    async doStream(call) {
      const parts = streamParts(takeTurn(playbook, call), chunk);
      return { stream: ReadableStream.from(untilAborted(parts, call.abortSignal)) };
    },
  };
}

function takeTurn(playbook: Playbook, call: LanguageModelV4CallOptions): Turn {
  call.abortSignal?.throwIfAborted();
  const conversation = conversationFromPrompt(call);
  const { items, usage } = scriptedAnswer(playbook, conversation);
  const digest = fingerprint(conversation).slice(0, DIGEST_CHARACTERS);
  return {
    items: items.map((item, ordinal) => ({
      ...item,
      itemId: `item_${digest}_${ordinal}`,
      callId: `call_${digest}_${ordinal}`,
    })),
    finishReason: {
      unified: items.some((each) => each.kind === 'call') ? 'tool-calls' : 'stop',
      raw: undefined,
    },
    usage: usageOf(usage),
    // A scripted answer has no time of its own: the epoch says so, where a missing time would be filled in by the SDK's clock.
    response: { id: `resp_${digest}`, timestamp: new Date(0), modelId: playbook.name },
  };
}

function contentOf(item: IdentifiedItem): LanguageModelV4Content {
  const providerMetadata = { scripted: { itemId: item.itemId } };
  return item.kind === 'text'
    ? { type: 'text', text: item.text, providerMetadata }
    : {
        type: 'tool-call',
        toolCallId: item.callId,
        toolName: item.tool,
        input: item.arguments,
        providerMetadata,
      };
}

function* streamParts(turn: Turn, chunk: number): Generator<LanguageModelV4StreamPart> {
  yield { type: 'stream-start', warnings: [] };
  yield { type: 'response-metadata', ...turn.response };
  for (const item of turn.items) yield* itemParts(item, chunk);
  const { finishReason, usage } = turn;
  const providerMetadata = { scripted: { responseId: turn.response.id ?? null } };
  yield { type: 'finish', finishReason, usage, providerMetadata };
}

function* itemParts(item: IdentifiedItem, chunk: number): Generator<LanguageModelV4StreamPart> {
  const providerMetadata = { scripted: { itemId: item.itemId } };
  if (item.kind === 'text') {
    const id = item.itemId;
    yield { type: 'text-start', id, providerMetadata };
    for (const delta of deltasOf(item.text, chunk)) yield { type: 'text-delta', id, delta };
    yield { type: 'text-end', id, providerMetadata };
    return;
  }
  const id = item.callId;
  yield { type: 'tool-input-start', id, toolName: item.tool };
  for (const delta of deltasOf(item.arguments, chunk))
    yield { type: 'tool-input-delta', id, delta };
  yield { type: 'tool-input-end', id };
  yield {
    type: 'tool-call',
    toolCallId: id,
    toolName: item.tool,
    input: item.arguments,
    providerMetadata,
  };
}

function* untilAborted<Part>(
  parts: Iterable<Part>,
  signal: AbortSignal | undefined,
): Generator<Part> {
  for (const part of parts) {
    signal?.throwIfAborted();
    yield part;
  }
}

function usageOf({ inputTokens, outputTokens }: ScriptedUsage): LanguageModelV4Usage {
  return {
    inputTokens: { total: inputTokens, noCache: inputTokens, cacheRead: 0, cacheWrite: undefined },
    outputTokens: { total: outputTokens, text: outputTokens, reasoning: 0 },
  };
}
