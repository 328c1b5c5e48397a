import type { ModelMessage } from 'ai';
import { canonicalJson, fingerprint } from '../host/fingerprint.ts';
import type { Fact } from '../session/event.ts';
import { type TokenCounter, tokensOfPart } from './count-tokens.ts';
import { placeholder } from './placeholder.ts';
import { addToTranscript } from './transcript.ts';

/** The result of a tool call, as large as it is shown. */
export interface ShownResult {
  readonly tool: string;
  readonly callId: string;
  readonly tokens: number;
}

/** What cannot be taken apart: a person's message, or a model turn with the results of its calls. */
export interface Block {
  readonly facts: readonly Fact[];
  readonly messages: readonly ModelMessage[];
  /** The results that are shown whole. */
  readonly results: readonly ShownResult[];
}

/**
 * What the model is shown, counted as it grows: adding a fact costs that fact, whatever stands before it.
 *
 *   W1. A call and its result are in one block.
 *   W2. A fact is counted once, when it is added.
 *   W3. Nothing that is in it changes: what was shown stays shown, to the letter.
 */
export interface ContextWindow {
  readonly add: (fact: Fact) => void;
  readonly messages: readonly ModelMessage[];
  readonly blocks: readonly Block[];
  /** Tokens of everything in it, or of its head and its first blocks. */
  readonly tokens: (blocks?: number) => number;
  /** The fewest of its oldest blocks that must go so that the others have at most so many tokens. Takes a bisection. */
  readonly excess: (tokens: number) => number;
  /** Names its head and first blocks: two windows that agree here agree in everything before. */
  readonly mark: (blocks: number) => string;
}

/** A block as it grows. */
interface GrowingBlock extends Block {
  readonly facts: Fact[];
  readonly messages: ModelMessage[];
  readonly results: ShownResult[];
}

export interface WindowParts {
  readonly counter: TokenCounter;
  /** Messages before the first block. */
  readonly head?: readonly ModelMessage[];
  /** Calls whose results are shown as placeholders. */
  readonly pruned?: ReadonlySet<string>;
}

export function createContextWindow({
  counter,
  head = [],
  pruned = new Set(),
}: WindowParts): ContextWindow {
  const blocks: GrowingBlock[] = [];
  const messages: ModelMessage[] = [...head];
  const headTokens = head.reduce((sum, message) => sum + counter.message(message), 0);
  /** Tokens up to the end of each block. */
  const sums: number[] = [];
  const marks: string[] = [];
  const tokens = (number = blocks.length): number => sums[number - 1] ?? headTokens;
  return {
    messages,
    blocks,
    tokens,
    add: (fact) => {
      if (opensBlock(fact)) {
        blocks.push({ facts: [], messages: [], results: [] });
        sums.push(tokens(blocks.length - 1));
      }
      const block = blocks.at(-1);
      // What stands before the first message is shown to no model.
      if (block === undefined) return;
      block.facts.push(fact);
      const result = resultIn(fact, counter);
      const isShown = result === undefined || !pruned.has(result.callId);
      const shown = isShown ? fact : leftOut(fact, result);
      const before = block.messages.length;
      addToTranscript(block.messages, shown);
      const added = block.messages.slice(before);
      messages.push(...added);
      if (isShown && result !== undefined) block.results.push(result);
      sums[blocks.length - 1] =
        tokens() + counter.once(shown, () => tokensIn(shown, added, counter));
    },
    excess: (allowed) => {
      const least = tokens() - allowed;
      let [low, high] = [0, blocks.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (tokens(middle) < least) low = middle + 1;
        else high = middle;
      }
      return low;
    },
    mark: (number) => {
      if (marks.length === 0) marks.push(fingerprint(head));
      for (let index = marks.length; index <= number; index += 1) {
        marks.push(fingerprint([marks[index - 1], blocks[index - 1]?.messages]));
      }
      return marks[number] ?? '';
    },
  };
}

/** What a model is shown as a message of its own. */
const openers: ReadonlySet<Fact['type']> = new Set([
  'message-received',
  'message-steered',
  'sub-agent-started',
  'findings-gathered',
  'synthesis-made',
  'model-turn-completed',
]);

/** Whether a fact begins a block: what follows it until the next such fact belongs to it. */
export const opensBlock = ({ type }: Fact): boolean => openers.has(type);

/** Tokens of what a fact adds. A result may go into a message that is there already. */
function tokensIn(fact: Fact, added: readonly ModelMessage[], counter: TokenCounter): number {
  if (fact.type === 'tool-completed') {
    return tokensOfPart(`${fact.tool} ${canonicalJson(fact.output)}`, counter.text);
  }
  if (fact.type === 'tool-failed') {
    const { tool, error } = fact;
    return tokensOfPart(`${tool} ${error.code}: ${error.message}`, counter.text);
  }
  return added.reduce((sum, message) => sum + counter.message(message), 0);
}

function resultIn(fact: Fact, counter: TokenCounter): ShownResult | undefined {
  if (fact.type !== 'tool-completed') return undefined;
  const { tool, callId } = fact;
  return { tool, callId, tokens: counter.once(fact, () => tokensIn(fact, [], counter)) };
}

const leftOut = (fact: Fact, result: ShownResult): Fact =>
  fact.type === 'tool-completed' ? { ...fact, output: placeholder(result) } : fact;
