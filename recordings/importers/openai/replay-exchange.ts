import { z } from 'zod';
import type { Json } from '#harness';
import type { OpenAiCall } from '../../format/imported-exchange.ts';
import { asJson, firstDifference } from '../../format/json.ts';
import type { AnswerContent } from './answer-content.ts';
import { driveProvider } from './drive-provider.ts';
import { builtInCalls, recordedAnswer } from './recorded-answer.ts';

export interface ReplayedExchange {
  /** What the provider yielded. */
  readonly answer: AnswerContent;
  /** Where it is not what was recorded, such as `usage/output: 7 was recorded, 9 yielded`. */
  readonly difference?: string;
}

/** Drives a recorded answer through the provider and holds what comes out against what the recording says. */
export async function replayExchange(
  exchange: OpenAiCall,
  respond?: () => Promise<Response>,
): Promise<ReplayedExchange> {
  const { answer, unreadable } = await driveProvider(exchange, respond);
  const toolCalls = answer.toolCalls.length === 0 ? [] : ownCalls(answer.toolCalls, exchange);
  const expected = expectedAnswer(exchange);
  if (expected === undefined) return { answer, difference: 'its body has another shape' };
  const found = firstDifference('answer', asJson(expected), asJson({ ...answer, toolCalls }));
  if (found === undefined) return { answer };
  if (unreadable !== undefined) {
    return { answer, difference: `what stands at ${unreadable || 'the root'} is not known to it` };
  }
  const [recorded, yielded] = [found.recorded, found.asked].map(shown);
  return {
    answer,
    difference: `${found.pointer.slice(1)}: ${recorded} was recorded, ${yielded} yielded`,
  };
}

function ownCalls(
  calls: AnswerContent['toolCalls'],
  exchange: OpenAiCall,
): AnswerContent['toolCalls'] {
  const builtIn = builtInCalls(exchange);
  return calls.filter(({ id }) => !builtIn.has(id));
}

function expectedAnswer(exchange: OpenAiCall): AnswerContent | undefined {
  try {
    return recordedAnswer(exchange);
  } catch (error) {
    if (error instanceof z.ZodError) return undefined;
    throw error;
  }
}

const shownCharacters = 80;

function shown(value: Json | undefined): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text;
}
