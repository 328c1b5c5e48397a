import type { Json } from '#harness';
import { type Difference, firstDifference } from '../format/json.ts';

/**
 * Everything that two conversations differ in: once a message, and in messages of tools once for what a call was answered and
 * once for the rest. So that one of them may be accepted without the others.
 */
export function compareMessages(
  recorded: readonly Json[],
  asked: readonly Json[],
): readonly Difference[] {
  const count = Math.max(recorded.length, asked.length);
  return Array.from({ length: count }).flatMap((_, index) =>
    compareMessage(index, recorded[index], asked[index]),
  );
}

function compareMessage(
  index: number,
  recorded: Json | undefined,
  asked: Json | undefined,
): readonly Difference[] {
  const first = firstDifference('messages', recorded, asked);
  if (first === undefined) return [];
  const [before, now] = [resultsOf(recorded), resultsOf(asked)];
  if (before === undefined || now === undefined || before.length !== now.length) {
    return [at(`/${index}`, first)];
  }
  const rest = firstDifference('messages', resultless(recorded), resultless(asked));
  const results = before.flatMap((part, each) => {
    const difference = firstDifference('messages', output(part), output(now[each]));
    return difference === undefined ? [] : [at(`/${index}/content/${each}/output`, difference)];
  });
  return [...(rest === undefined ? [] : [at(`/${index}`, rest)]), ...results];
}

function at(start: string, difference: Difference): Difference {
  return { ...difference, pointer: `${start}${difference.pointer}` };
}

/** The parts of a message of tools; undefined for any other. */
function resultsOf(message: Json | undefined): readonly Json[] | undefined {
  if (!isObject(message) || message['role'] !== 'tool') return undefined;
  const { content } = message;
  return Array.isArray(content) ? content : undefined;
}

function output(part: Json | undefined): Json | undefined {
  return isObject(part) ? part['output'] : undefined;
}

function resultless(message: Json | undefined): Json | undefined {
  const parts = resultsOf(message);
  if (parts === undefined || !isObject(message)) return message;
  return {
    ...message,
    content: parts.map((part) => (isObject(part) ? { ...part, output: null } : part)),
  };
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
