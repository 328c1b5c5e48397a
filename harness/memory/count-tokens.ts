import type { ModelMessage } from 'ai';
import { canonicalJson } from '../host/fingerprint.ts';
import { addressless } from '../safety/redaction/addressless.ts';

/** Tokens in a text. */
export type CountTokens = (text: string) => number;

/** Counts a thing once: asked again about the same object, it remembers. */
export interface TokenCounter {
  readonly text: CountTokens;
  readonly message: (message: ModelMessage) => number;
  readonly once: (thing: object, measure: () => number) => number;
}

/** An address counts as the placeholder that a recording has for it: replayed, a session is as long as it was. */
export function createTokenCounter(count: CountTokens): TokenCounter {
  const counted = new WeakMap<object, number>();
  const text: CountTokens = (each) => count(addressless(each));
  return {
    text,
    message: (message) => tokensOf(message, text),
    once: (thing, measure) => {
      const tokens = counted.get(thing) ?? measure();
      counted.set(thing, tokens);
      return tokens;
    },
  };
}

/** Characters that go to the tokenizer at a time. Its time grows with the square of a text without spaces. */
const pieceLength = 512;
/** What a message and each part of it cost beside their text. */
const framing = 4;

/** The tokenizer of OpenAI's models since GPT-4o. Loading it takes half a second, so only a harness with a budget does. */
export async function loadTokenizer(): Promise<CountTokens> {
  const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base');
  // What a person writes is text, also where it looks like a mark of the tokenizer's own.
  const options = { disallowedSpecial: new Set<string>() };
  return (text) => pieces(text).reduce((sum, piece) => sum + countTokens(piece, options), 0);
}

/** An estimate: what a provider adds to a request is its own affair. */
function tokensOf(message: ModelMessage, count: CountTokens): number {
  const parts = typeof message.content === 'string' ? [message.content] : message.content;
  return parts.reduce((sum, part) => sum + tokensOfPart(part, count), framing);
}

type Part = string | Exclude<ModelMessage['content'], string>[number];

export function tokensOfPart(part: Part, count: CountTokens): number {
  return count(textOf(part)) + framing;
}

function textOf(part: Part): string {
  if (typeof part === 'string') return part;
  if (part.type === 'text' || part.type === 'reasoning') return part.text;
  if (part.type === 'tool-call') return `${part.toolName} ${canonicalJson(part.input ?? null)}`;
  if (part.type !== 'tool-result') return canonicalJson(part);
  return `${part.toolName} ${'value' in part.output ? canonicalJson(part.output.value) : ''}`;
}

/** Cut before a space where there is one, which is where the tokenizer itself cuts; never within a character. */
function pieces(text: string): string[] {
  const cut: string[] = [];
  let start = 0;
  while (text.length - start > pieceLength) {
    const space = text.lastIndexOf(' ', start + pieceLength);
    let end = space > start ? space : start + pieceLength;
    if (isLowSurrogate(text.charCodeAt(end))) end -= 1;
    cut.push(text.slice(start, end));
    start = end;
  }
  return [...cut, text.slice(start)];
}

const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;
