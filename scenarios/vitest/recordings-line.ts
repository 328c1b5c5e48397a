import { relative } from 'node:path';
import type { RecordingUsage, Tokens } from './recording-usage.ts';

/** What a million tokens of a model cost, in a currency of yours. */
export interface TokenPrices {
  readonly currency: string;
  readonly perMillion: Readonly<Record<string, Tokens>>;
}

const million = 1_000_000;

/**
 * What recordings did in a test run, in one line. Money is said only of models whose price is known, and time only of recordings
 * that were measured while they were made.
 */
export function recordingsLine(usages: readonly RecordingUsage[], prices?: TokenPrices): string {
  const replayed = usages.filter(({ isRecorded }) => !isRecorded);
  const made = count(usages.length - replayed.length, 'recording');
  if (replayed.length === 0) return `groundhog: ${made} made`;
  const calls = replayed.reduce((sum, each) => sum + each.calls, 0);
  const accepted = replayed.reduce((sum, each) => sum + each.accepted, 0);
  const tokens = replayed.flatMap((each) => Object.entries(each.tokens));
  const sum = (of: keyof Tokens): number => tokens.reduce((total, [, each]) => total + each[of], 0);
  return [
    `groundhog: ${count(replayed.length, 'recording')} replayed`,
    ...(replayed.length === usages.length ? [] : [`${made} made`]),
    `${count(calls, 'call')} exact`,
    `${replayed.filter(({ isDrifted }) => isDrifted).length} drifted`,
    ...(accepted === 0 ? [] : [`${accepted} accepted`]),
    `${sum('input')} input and ${sum('output')} output tokens not asked for again`,
    ...costs(tokens, prices),
    ...times(replayed),
  ].join(' · ');
}

/** What is accepted of recordings, a line for each policy and for each thing that one warns of. */
export function acceptedLines(usages: readonly RecordingUsage[]): readonly string[] {
  return usages.flatMap(({ path, notes }) =>
    notes.map((note) => `groundhog: ${relative('', path)}: ${note}`),
  );
}

function costs(
  tokens: readonly (readonly [model: string, tokens: Tokens])[],
  prices: TokenPrices | undefined,
): readonly string[] {
  if (prices === undefined) return [];
  const known = tokens.flatMap(([model, { input, output }]) => {
    const price = prices.perMillion[model];
    return price === undefined ? [] : [(input * price.input + output * price.output) / million];
  });
  const unknown = new Set(
    tokens.map(([model]) => model).filter((model) => !(model in prices.perMillion)),
  );
  const total = known.reduce((sum, each) => sum + each, 0);
  return [
    `${total.toFixed(4)} ${prices.currency} not spent again`,
    ...(unknown.size === 0 ? [] : [`no price for ${[...unknown].join(', ')}`]),
  ];
}

function times(replayed: readonly RecordingUsage[]): readonly string[] {
  const measured = replayed.flatMap(({ savedMs }) => savedMs ?? []);
  if (measured.length === 0) return [];
  const seconds = measured.reduce((sum, each) => sum + each, 0) / 1000;
  const of = measured.length === replayed.length ? '' : ` (${measured.length} measured)`;
  return [`${seconds.toFixed(1)} s not waited for again${of}`];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
