import { assert, asyncProperty, boolean, constantFrom, nat, record } from 'fast-check';
import { expect, test } from 'vitest';
import { HarnessError, type Json, jsonSchema } from '#harness';
import { parseRecording } from '../format/parse-recording.ts';
import type { Recording } from '../format/recording.ts';
import { serializeRecording } from '../format/serialize-recording.ts';
import { parcelAgents, parcelEntry, recordParcelSession } from '../testing/parcel-desk.ts';
import type { DatedPolicy } from './policy/drift-policy.ts';
import { replaySession } from './replay-session.ts';

// One thing of a recording is changed in meaning: a value, a property, a line. `signed` changes come with an end line that says
// it was always so, so that what notices them is the replay and not the digest.

const lines = serializeRecording(await recordParcelSession())
  .trimEnd()
  .split('\n');
const mutations = ['value', 'property', 'line gone', 'line twice'] as const;

/** What nothing else in a recording repeats: who made it, and what a provider says of its answer beside the answer. */
const onlySigned = [
  /^recording\/(name|made|toolchain)/,
  /^prompt\/name/,
  /^tool\/effect/,
  /^model\/answer\/parts\/\d+\/(id|modelId|toolName|deltas|providerMetadata|usage|finishReason|warnings)/,
];

/** The paths of all values in a line; a path is `tag/property/…`. */
function pathsIn(value: Json, path: string): readonly string[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, each]) => pathsIn(each, `${path}/${key}`));
}

function changed(value: Json, [key, ...rest]: readonly string[], drop: boolean): Json {
  if (key === undefined) {
    if (typeof value === 'number') return value + 1;
    return typeof value === 'boolean' ? !value : `${JSON.stringify(value)}x`;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([name, each]): [string, Json][] => {
    if (name !== key) return [[name, each]];
    return drop && rest.length === 0 ? [] : [[name, changed(each, rest, drop)]];
  });
  return Array.isArray(value) ? entries.map(([, each]) => each) : Object.fromEntries(entries);
}

interface Mutation {
  readonly kind: (typeof mutations)[number];
  readonly line: number;
  readonly leaf: number;
  readonly isSigned: boolean;
}

/** The text with the mutation; undefined where it would say the same, or what only a signature can tell. */
function mutate({ kind, line, leaf, isSigned }: Mutation): string | undefined {
  const value = jsonSchema.parse(JSON.parse(lines[line] ?? ''));
  const tag = pathsIn(value, '').length > 0 ? String(Object.values(value ?? {})[0]) : '';
  const paths = pathsIn(value, tag);
  const path = paths[leaf % paths.length] ?? '';
  const copy = JSON.stringify(changed(value, path.split('/').slice(1), kind === 'property'));
  const replaced = { value: [copy], property: [copy], 'line gone': [], 'line twice': [copy, copy] };
  const isLine = kind === 'line gone' || kind === 'line twice';
  if (isSigned && !isLine && onlySigned.some((each) => each.test(path))) return undefined;
  const original = lines[line] ?? '';
  const put = kind === 'line twice' ? [original, original] : replaced[kind];
  return lines
    .toSpliced(line, 1, ...put)
    .map((each) => `${each}\n`)
    .join('');
}

/** The class, or the error, that a text comes to; with the line that is named. */
async function comesTo(
  text: string,
  isSigned: boolean,
  drift?: DatedPolicy,
): Promise<{ readonly outcome: string; readonly edited: readonly number[] }> {
  try {
    const read = parseRecording(text, 'copy.jsonl');
    const recording: Recording = isSigned ? { ...read, editedLines: [] } : read;
    const asks = { provider: 'scripted', modelId: 'parcel-desk' };
    const session = { recording, agents: parcelAgents(), entry: parcelEntry, guard: false, asks };
    const { divergence } = await replaySession({ ...session, ...(drift && { drift }) });
    const edited = divergence?.edited.map(({ line }) => line) ?? [];
    return { outcome: divergence?.class ?? 'NOTHING', edited };
  } catch (error) {
    if (HarnessError.isInstance(error)) return { outcome: error.code, edited: [] };
    throw error;
  }
}

/** A few hundred by default; GROUNDHOG_MUTATIONS=2000 for all that the figure in the docs is about. */
const numRuns = Number(process.env['GROUNDHOG_MUTATIONS'] ?? 150);

const anyMutation = {
  kind: constantFrom(...mutations),
  line: nat(lines.length - 2),
  leaf: nat(),
  isSigned: boolean(),
};

function mutated(
  check: (mutation: Mutation, text: string) => Promise<void>,
  among = anyMutation,
): Promise<void> {
  return assert(
    asyncProperty(record(among), async (mutation) => {
      const text = mutate(mutation);
      if (text !== undefined) await check(mutation, text);
    }),
    { seed: 5, numRuns },
  );
}

test(
  'no change in meaning passes in silence, with the digest or without it',
  async () => {
    const seen = new Map<string, number>();
    await mutated(async ({ line, isSigned }, text) => {
      const { outcome, edited } = await comesTo(text, isSigned);
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
      expect(outcome).not.toBe('NOTHING');
      // What is not signed is named by its line as well, whatever the class.
      const isNamed = isSigned || outcome.startsWith('RECORDING_') || edited.includes(line + 1);
      expect({ outcome, isNamed }).toEqual({ outcome, isNamed: true });
    });
    expect([...seen.keys()]).toEqual(
      expect.arrayContaining(['EDITED', 'MESSAGE', 'TOOLS', 'RECORDING_INVALID']),
    );
  },
  numRuns * 1_000,
);

test('a replay that passes over the conversation is caught by the same check', async () => {
  const until = '2099-01-01';
  const acceptance = { level: 'ignore', reason: 'a control', until } as const;
  const policy = { MESSAGE: acceptance };
  const calls = lines.flatMap((each, index) => (each.includes('"t":"model"') ? [index] : []));
  const among = { ...anyMutation, line: constantFrom(...calls), isSigned: constantFrom(true) };
  const blind = mutated(async ({ isSigned }, text) => {
    const { outcome } = await comesTo(text, isSigned, { policy, today: '2026-01-01' });
    expect(outcome).not.toBe('NOTHING');
  }, among);
  await expect(blind).rejects.toThrow('Property failed');
});
