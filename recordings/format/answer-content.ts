import type {
  LanguageModelV4Content,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider';

// A model answers in one piece or in a stream, and says the same: a recording holds the stream's parts of both, so that what
// one way recorded answers the other.

/** The parts that would have streamed what a model answered in one piece. */
export function partsOfAnswer(
  answer: LanguageModelV4GenerateResult,
): readonly LanguageModelV4StreamPart[] {
  const { content, warnings, response, finishReason, usage, providerMetadata } = answer;
  const { id, modelId } = response ?? {};
  return [
    { type: 'stream-start', warnings },
    ...(id === undefined && modelId === undefined
      ? []
      : [
          {
            type: 'response-metadata' as const,
            ...(id === undefined ? {} : { id }),
            ...(modelId === undefined ? {} : { modelId }),
          },
        ]),
    ...content.flatMap(partsOfContent),
    {
      type: 'finish',
      finishReason,
      usage,
      ...(providerMetadata === undefined ? {} : { providerMetadata }),
    },
  ];
}

function partsOfContent(
  content: LanguageModelV4Content,
  index: number,
): readonly LanguageModelV4StreamPart[] {
  if (content.type !== 'text' && content.type !== 'reasoning') return [content];
  const { type, text, providerMetadata } = content;
  // Only a stream names its blocks.
  const id = String(index);
  const metadata = providerMetadata === undefined ? {} : { providerMetadata };
  const delta: readonly LanguageModelV4StreamPart[] =
    text === '' ? [] : [{ type: `${type}-delta`, id, delta: text }];
  const citations =
    content.type === 'text' && content.citations !== undefined
      ? { citations: content.citations }
      : {};
  return type === 'text'
    ? [{ type: 'text-start', id, ...metadata }, ...delta, { type: 'text-end', id, ...citations }]
    : [{ type: 'reasoning-start', id, ...metadata }, ...delta, { type: 'reasoning-end', id }];
}

/** An answer in one piece, of the parts of a stream. */
export function answerOfParts(
  parts: readonly LanguageModelV4StreamPart[],
  structuredOutputText: string | undefined,
): LanguageModelV4GenerateResult {
  const blocks = new Map<string, Block>();
  const content: LanguageModelV4Content[] = [];
  let head: Pick<LanguageModelV4GenerateResult, 'warnings' | 'response'> = { warnings: [] };
  let end: Pick<LanguageModelV4GenerateResult, 'finishReason' | 'usage' | 'providerMetadata'> = {
    finishReason: { unified: 'other', raw: undefined },
    usage: unknownUsage,
  };
  for (const part of parts) {
    switch (part.type) {
      case 'stream-start':
        head = { ...head, warnings: part.warnings };
        break;
      case 'response-metadata': {
        const { type: _, ...response } = part;
        head = { ...head, response };
        break;
      }
      case 'text-start':
      case 'reasoning-start':
      case 'text-delta':
      case 'reasoning-delta':
      case 'text-end':
      case 'reasoning-end':
        addToBlock(part, blocks, content);
        break;
      case 'tool-call':
      case 'tool-result':
      case 'tool-approval-request':
      case 'source':
      case 'file':
      case 'reasoning-file':
      case 'custom':
        content.push(part);
        break;
      case 'finish': {
        const { type: _, ...rest } = part;
        end = rest;
        break;
      }
      // What comes on the way of a call's arguments, or as the provider sent it, is no content.
      case 'tool-input-start':
      case 'tool-input-delta':
      case 'tool-input-end':
      case 'raw':
      case 'ping':
      case 'error':
        break;
    }
  }
  return {
    ...head,
    content,
    ...end,
    ...(structuredOutputText === undefined ? {} : { structuredOutputText }),
  };
}

/** A text or a reasoning while its pieces come in. */
type Block = Extract<LanguageModelV4Content, { type: 'text' | 'reasoning' }>;
type BlockPart = Extract<
  LanguageModelV4StreamPart,
  { type: `${'text' | 'reasoning'}-${'start' | 'delta' | 'end'}` }
>;

function addToBlock(
  part: BlockPart,
  blocks: Map<string, Block>,
  content: LanguageModelV4Content[],
): void {
  const type = part.type.startsWith('text-') ? 'text' : 'reasoning';
  const key = `${type} ${part.id}`;
  const known = blocks.get(key);
  const block: Block = known ?? { type, text: '' };
  if (known === undefined) {
    blocks.set(key, block);
    content.push(block);
  }
  if ('delta' in part) block.text += part.delta;
  if (part.providerMetadata !== undefined) block.providerMetadata = part.providerMetadata;
  if (part.type === 'text-end' && part.citations !== undefined && block.type === 'text') {
    block.citations = part.citations;
  }
  // The next block may bear the same name.
  if (part.type.endsWith('-end')) blocks.delete(key);
}

const unknownUsage: LanguageModelV4GenerateResult['usage'] = {
  inputTokens: {
    total: undefined,
    noCache: undefined,
    cacheRead: undefined,
    cacheWrite: undefined,
  },
  outputTokens: { total: undefined, text: undefined, reasoning: undefined },
};
