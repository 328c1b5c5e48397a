import { checkPolicies, type Policy, type Violation } from './policies.ts';
import { redactText } from './redact.ts';

export interface OutputRules {
  /** The instructions in force, which are not to be recited. */
  readonly prompt: string;
  /** Strings that stand in what must not get out, and nowhere else. */
  readonly canaries: readonly string[];
  /** What internal notes begin or are marked with, e.g. `[internal]`; letter case does not matter. */
  readonly internalMarkers: readonly string[];
  /** How many runs of `shingleLength` words a reply may share with the prompt. */
  readonly sharedShingleLimit?: number;
  /** Secrets known by value. */
  readonly known?: readonly string[];
}

/** Words in a row that count as taken over. */
const shingleLength = 5;
/** A dozen words in a row, or a few scattered quotations. */
const defaultSharedShingleLimit = 7;

/** Everything that speaks against letting a reply out. */
export function checkOutput(reply: string, rules: OutputRules): readonly Violation[] {
  return checkPolicies(outputPolicies(rules), reply);
}

/** What a reply is held against: canaries, secrets, the prompt's own words, internal notes. */
function outputPolicies(rules: OutputRules): readonly Policy<string>[] {
  const { prompt, canaries, internalMarkers, known = [] } = rules;
  const limit = rules.sharedShingleLimit ?? defaultSharedShingleLimit;
  return [
    {
      id: 'no-canary',
      check: (reply) =>
        canaries
          .filter((canary) => bare(canary) !== '' && bare(reply).includes(bare(canary)))
          .map(() => ({ code: 'CANARY_LEAKED', message: 'The reply holds a canary.' })),
    },
    {
      id: 'no-secret',
      check: (reply) =>
        redactText(reply, { profile: 'stored', known }).found.map(({ kind }) => ({
          code: 'SECRET_LEAKED',
          message: `The reply holds a secret (${kind}).`,
        })),
    },
    {
      id: 'no-prompt',
      check: (reply) => {
        const shared = sharedShingles(reply, prompt);
        if (shared <= limit) return [];
        const message = `The reply shares ${shared} runs of ${shingleLength} words with the instructions; ${limit} may be chance.`;
        return [{ code: 'PROMPT_LEAKED', message }];
      },
    },
    {
      id: 'no-internal-note',
      check: (reply) =>
        internalMarkers
          .filter((marker) => seen(reply).includes(seen(marker)))
          .map((marker) => ({
            code: 'INTERNAL_NOTE_LEAKED',
            message: `The reply holds "${marker}".`,
          })),
    },
  ];
}

function sharedShingles(reply: string, prompt: string): number {
  const owned = shingles(prompt);
  return [...shingles(reply)].filter((shingle) => owned.has(shingle)).length;
}

function shingles(text: string): Set<string> {
  const words = seen(text).match(/[\p{L}\p{N}]+/gu) ?? [];
  const count = Math.max(0, words.length - shingleLength + 1);
  return new Set(
    Array.from({ length: count }, (_, index) =>
      words.slice(index, index + shingleLength).join(' '),
    ),
  );
}

/** As a reader sees it: without invisible characters, letter case and width. */
function seen(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(/[\u00ad\u200b-\u200f\u2060\ufeff]/g, '')
    .toLowerCase();
}

/** Letters and digits only, so that spelling it out does not hide it. */
function bare(text: string): string {
  return seen(text).replaceAll(/[^\p{L}\p{N}]/gu, '');
}
