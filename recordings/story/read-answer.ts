import type { Json } from '#harness';
import { asJson } from '../format/json.ts';
import type { ModelAnswer } from '../format/recording.ts';
import type { RecordedPart } from '../format/stream-part.ts';
import type { Answer, Tokens } from './story.ts';

/** An answer before it is known what came of its calls. */
export type ReadAnswer = Omit<Answer, 'calls'> & {
  readonly calls: readonly Omit<Answer['calls'][number], 'steps'>[];
};

/** What a recorded stream says, its pieces put together. */
export function readAnswer({ parts, error }: ModelAnswer): ReadAnswer {
  const finish = parts.findLast((part) => part.type === 'finish');
  const others = parts.flatMap(otherPart);
  return {
    text: textOf(parts, 'text-delta'),
    reasoning: textOf(parts, 'reasoning-delta'),
    calls: parts.flatMap((part) =>
      part.type === 'tool-call'
        ? [{ call: part.toolCallId, tool: part.toolName, input: jsonOrText(part.input) }]
        : [],
    ),
    ...(others.length === 0 ? {} : { others }),
    ...(finish === undefined ? {} : { finish: finish.finishReason.unified }),
    tokens: finish === undefined ? {} : tokensOf(finish),
    ...(error === undefined ? {} : { error }),
  };
}

/** Which part it is: no two recordings need to agree on that. */
const unsaid = new Set(['id', 'toolCallId', 'approvalId', 'providerMetadata']);

/** What is told nowhere else; what came in pieces or says how the answer went is. */
function otherPart(part: RecordedPart): readonly Json[] {
  switch (part.type) {
    case 'file':
    case 'reasoning-file':
    case 'source':
    case 'tool-result':
    case 'tool-approval-request':
    case 'custom':
    case 'error': {
      const said = Object.entries(part).filter(([property]) => !unsaid.has(property));
      return [asJson(Object.fromEntries(said))];
    }
    case 'stream-start':
    case 'response-metadata':
    case 'text-start':
    case 'text-delta':
    case 'text-end':
    case 'reasoning-start':
    case 'reasoning-delta':
    case 'reasoning-end':
    case 'tool-input-start':
    case 'tool-input-delta':
    case 'tool-input-end':
    case 'tool-call':
    case 'raw':
    case 'finish':
      return [];
  }
}

function textOf(parts: readonly RecordedPart[], type: 'text-delta' | 'reasoning-delta'): string {
  return parts.flatMap((part) => (part.type === type ? part.deltas : [])).join('');
}

function tokensOf({ usage }: Extract<RecordedPart, { type: 'finish' }>): Tokens {
  const { total: input, cacheRead } = usage.inputTokens;
  const { total: output, reasoning } = usage.outputTokens;
  return {
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
    ...(cacheRead ? { cached: cacheRead } : {}),
    ...(reasoning ? { reasoning } : {}),
  };
}

/** JSON where it is; the text itself where it is not. */
export function jsonOrText(text: string): Json {
  try {
    return asJson(JSON.parse(text));
  } catch {
    return text;
  }
}
