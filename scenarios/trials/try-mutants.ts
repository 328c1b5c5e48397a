import { HarnessError } from '#harness';
import type { Invariant, Violation } from '../checkers/violation.ts';
import { startWorldServer } from '../desk/world/world-server.ts';
import type { Trial } from './trial.ts';

/** What a trial showed of its defect. */
export interface TrialResult {
  readonly id: string;
  readonly title: string;
  /** The invariant by which it must be caught. */
  readonly invariant: Invariant;
  /**
   * `killed`: the invariant is broken with the defect, and nothing is without it. `survived`: the invariant holds with the
   * defect in it, whatever else may be broken. `false-alarm`: something is broken without the defect. `failed`: the trial
   * could not be made.
   */
  readonly verdict: 'killed' | 'survived' | 'false-alarm' | 'failed';
  /** What caught it, what was wrongly alarmed about, what else was broken, or why it could not be tried. */
  readonly reason: string;
  readonly durationMs: number;
}

/** Ids, in the order of their numbers. */
export interface MutantsReport {
  readonly killed: readonly string[];
  readonly survived: readonly string[];
  readonly falseAlarms: readonly string[];
  /** Trials that could not be made. */
  readonly failed: readonly string[];
  readonly results: readonly TrialResult[];
}

export interface TryOptions {
  /** What is found of this invariant is left out: a mutant that survives then is caught by nothing else. */
  readonly without?: Invariant;
  readonly signal?: AbortSignal;
  /** Told of each result as it comes. */
  readonly onResult?: (result: TrialResult) => void;
}

/** Makes each trial without its defect and with it, one after the other. */
export async function tryMutants(
  trials: readonly Trial[],
  { without, signal = new AbortController().signal, onResult }: TryOptions = {},
): Promise<MutantsReport> {
  await using worldServer = await startWorldServer();
  const results: TrialResult[] = [];
  for (const trial of trials) {
    signal.throwIfAborted();
    const startedAt = performance.now();
    const found = await tryOne(trial, async (isOn) =>
      (await trial.play({ isOn, worldServer, signal })).filter(
        ({ invariant }) => invariant !== without,
      ),
    );
    signal.throwIfAborted();
    const durationMs = Math.round(performance.now() - startedAt);
    const { id, title, breaks: invariant } = trial.defect;
    const result = { id, title, invariant, ...found, durationMs };
    results.push(result);
    onResult?.(result);
  }
  const idsOf = (verdict: TrialResult['verdict']): readonly string[] =>
    results.filter((each) => each.verdict === verdict).map(({ id }) => id);
  return {
    killed: idsOf('killed'),
    survived: idsOf('survived'),
    falseAlarms: idsOf('false-alarm'),
    failed: idsOf('failed'),
    results,
  };
}

async function tryOne(
  { defect: { breaks } }: Trial,
  play: (isOn: boolean) => Promise<readonly Violation[]>,
): Promise<Pick<TrialResult, 'verdict' | 'reason'>> {
  try {
    const [alarm] = await play(false);
    if (alarm !== undefined) return { verdict: 'false-alarm', reason: describe(alarm) };
    const broken = await play(true);
    const caught = broken.find(({ invariant }) => invariant === breaks);
    if (caught !== undefined) return { verdict: 'killed', reason: describe(caught) };
    const others = broken.map(describe).join('; ');
    return {
      verdict: 'survived',
      reason: others === '' ? 'nothing was found' : `found only ${others}`,
    };
  } catch (error) {
    return { verdict: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}

const describe = ({ invariant, expected, found }: Violation): string =>
  `${invariant}: expected ${expected}, found ${found}`;

/** Those of these ids, or all. Throws TrialUnknownError. */
export function trialsNamed(ids: readonly string[], all: readonly Trial[]): readonly Trial[] {
  const known = new Set(all.map(({ defect }) => defect.id));
  const unknown = ids.find((id) => !known.has(id));
  if (unknown !== undefined) throw new TrialUnknownError(unknown, [...known]);
  return ids.length === 0 ? all : all.filter(({ defect }) => ids.includes(defect.id));
}

export class TrialUnknownError extends HarnessError {
  constructor(id: string, known: readonly string[]) {
    super({
      code: 'TRIAL_UNKNOWN',
      message: `There is no trial of a mutant ${id}.`,
      hint: `There are trials of ${known.join(', ')}.`,
    });
  }
}
