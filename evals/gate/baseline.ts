import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { HarnessError } from '#harness';

const baselineSchema = z.strictObject({
  version: z.literal(1),
  suite: z.string().min(1),
  /** The scenarios that were scored; the gate wants exactly these again. */
  scenarios: z.array(z.string().min(1)).min(1),
  metrics: z.record(
    z.string().min(1),
    z.strictObject({
      value: z.number().nonnegative(),
      direction: z.enum(['higher-is-better', 'lower-is-better']),
      /** How much worse than `value` still passes, in the metric's own unit. */
      tolerance: z.number().nonnegative(),
    }),
  ),
});
/** The committed figures of a suite. */
export type Baseline = z.infer<typeof baselineSchema>;

/** Undefined when there is no such file. Throws BaselineInvalidError when it is none, or one of another suite. */
export async function readBaseline(path: string, suite: string): Promise<Baseline | undefined> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const parsed = baselineSchema.safeParse(parseJson(path, text));
  if (!parsed.success) throw new BaselineInvalidError(path, z.prettifyError(parsed.error));
  if (parsed.data.suite !== suite) {
    throw new BaselineInvalidError(path, `it is of the suite ${parsed.data.suite}, not ${suite}`);
  }
  return parsed.data;
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BaselineInvalidError(path, error instanceof Error ? error.message : String(error));
  }
}

/** Equal baselines are equal files: keys and scenarios sorted, one newline at the end. */
export async function writeBaseline(path: string, baseline: Baseline): Promise<void> {
  const sorted = { ...baseline, scenarios: baseline.scenarios.toSorted() };
  await writeFile(path, `${JSON.stringify(withSortedKeys(sorted), undefined, 2)}\n`);
}

function withSortedKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, withSortedKeys(inner)]));
}

export class BaselineInvalidError extends HarnessError {
  constructor(path: string, problem: string) {
    super({
      code: 'BASELINE_INVALID',
      message: `The baseline ${path} cannot be used: ${problem.trim()}.`,
      hint: 'Restore it from version control, or write a new one: npx groundhog eval --update-baseline.',
    });
  }
}
