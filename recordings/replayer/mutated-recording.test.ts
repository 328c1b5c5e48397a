import {
  type Arbitrary,
  assert,
  asyncProperty,
  boolean,
  constantFrom,
  nat,
  pre,
  sample,
} from 'fast-check';
import { expect, test } from 'vitest';
import { HarnessError, type Json, jsonSchema } from '#harness';
import { parseRecording } from '../format/parse-recording.ts';
import { placeName } from '../format/recording.ts';
import { serializeRecording } from '../format/serialize-recording.ts';
import {
  anySession,
  generatedAgents,
  generatedModel,
  recordGenerated,
} from '../testing/generated-session.ts';
import type { Expected } from '../testing/mutation/expected.ts';
import { expectedReport } from '../testing/mutation/expected-report.ts';
import {
  isOfLine,
  type Mutation,
  mutate,
  pathsIn,
  signed,
  unsigned,
} from '../testing/mutation/mutation.ts';
import { parcelEntry } from '../testing/parcel-desk.ts';
import type { DatedPolicy } from './policy/drift-policy.ts';
import { replaySession } from './replay-session.ts';

// One thing of a recording is changed: a value, a property, a line. Half of the changes are signed: they come with an end line
// that says it was always so, and what notices them is the replay and not the digest.

const files: (readonly Json[])[] = [];
for (const session of sample(anySession, { seed: 5, numRuns: 8 })) {
  const lines = serializeRecording(await recordGenerated(session))
    .trimEnd()
    .split('\n');
  files.push(lines.map((line) => jsonSchema.parse(JSON.parse(line))));
}

const linesOf = (file: number): readonly Json[] => files[file] ?? [];

/** What a file comes to, with the lines that are named as edited. */
async function comesTo(
  text: string,
  drift?: DatedPolicy,
): Promise<{ readonly said: Expected | 'NOTHING'; readonly edited?: readonly number[] }> {
  try {
    const recording = parseRecording(text, 'copy.jsonl');
    const session = { agents: generatedAgents(), entry: parcelEntry, guard: false };
    const { divergence } = await replaySession({
      ...session,
      recording,
      asks: generatedModel,
      ...(drift && { drift }),
    });
    if (divergence === undefined) return { said: 'NOTHING' };
    const { at, edited } = divergence;
    const place = at === undefined ? {} : { place: placeName(at.place) };
    return { said: { class: divergence.class, ...place }, edited: edited.map(({ line }) => line) };
  } catch (error) {
    if (!HarnessError.isInstance(error)) throw error;
    const line = 'line' in error ? { line: Number(error.line) } : {};
    return { said: { refused: error.code, ...line } };
  }
}

interface Mutated {
  /** Which of the files: a counterexample is short to read. */
  readonly file: number;
  readonly mutation: Mutation;
  readonly isSigned: boolean;
}

const kinds = [
  'changed',
  'removed',
  'line gone',
  'line twice',
  'line swapped with the next',
] as const satisfies readonly Mutation['kind'][];

function anyMutation(among: readonly Mutation['kind'][] = kinds): Arbitrary<Mutated> {
  return nat(files.length - 1).chain((file) =>
    constantFrom(...among).chain((kind) => {
      const lines = linesOf(file);
      const hasNext = kind === 'line swapped with the next';
      return nat(lines.length - (hasNext ? 2 : 1)).chain((line) => {
        const value = lines[line] ?? null;
        const paths = isOfLine({ kind })
          ? [[]]
          : pathsIn(value, kind === 'changed' ? 'leaves' : 'all');
        return constantFrom(...paths).chain((path) =>
          boolean().map((isSigned) => ({ file, mutation: { kind, line, path }, isSigned })),
        );
      });
    }),
  );
}

/** GROUNDHOG_MUTATIONS=2000 for all that the figure in the docs is about. */
const numRuns = Number(process.env['GROUNDHOG_MUTATIONS'] ?? 150);

/** Checks that what is said of a mutation is right; those that change nothing in meaning are not counted. */
function checkMutations(
  among: Arbitrary<Mutated>,
  options: { readonly drift?: DatedPolicy; readonly seen?: Map<string, number> } = {},
): Promise<void> {
  return assert(
    asyncProperty(among, async ({ file, mutation, isSigned }) => {
      const lines = linesOf(file);
      const expected = expectedReport(lines, mutation, isSigned);
      pre(expected.alternatives.length > 0);
      const changed = mutate(lines, mutation);
      const { said, edited } = await comesTo(
        isSigned ? signed(changed) : unsigned(changed),
        options.drift,
      );
      expect(expected.alternatives).toContainEqual(said);
      const isNamed =
        edited === undefined || expected.edited === undefined || edited.includes(expected.edited);
      expect({ said, edited, isNamed }).toMatchObject({ isNamed: true });
      const kind = said === 'NOTHING' ? said : 'class' in said ? said.class : said.refused;
      options.seen?.set(kind, (options.seen.get(kind) ?? 0) + 1);
    }),
    { seed: 5, numRuns },
  );
}

test(
  'every change is reported as what it is, where it is or where it first matters, with the digest or without it',
  async () => {
    const seen = new Map<string, number>();
    await checkMutations(anyMutation(), { seen });
    expect([...seen.values()].reduce((total, each) => total + each)).toBe(numRuns);
    expect([...seen.keys()]).toEqual(
      expect.arrayContaining(['RECORDING_INVALID', 'EDITED', 'MESSAGE', 'CLOCK', 'EXTRA_CALL']),
    );
  },
  numRuns * 1_000,
);

test.for(['MESSAGE', 'TOOLS', 'ORDER'] as const)(
  'a replay that passes over %s is caught by the same check',
  async (kind) => {
    const acceptance = { level: 'ignore', reason: 'a control', until: '2099-01-01' } as const;
    const drift = { policy: { [kind]: acceptance }, today: '2026-01-01' };
    const among =
      kind === 'ORDER' ? anyMutation(['line swapped with the next']) : anyMutation(['changed']);
    await expect(checkMutations(among, { drift })).rejects.toThrow('Property failed');
  },
);

test('a file with nothing changed comes to nothing, signed or not', async () => {
  for (const lines of files) {
    expect(await comesTo(unsigned(lines))).toEqual({ said: 'NOTHING' });
    expect(await comesTo(signed(lines))).toEqual({ said: 'NOTHING' });
  }
});
