import { startWorldServer } from '#scenarios';
import { readBaseline } from '../gate/baseline.ts';
import { decideGate, type GateDecision, type Measured } from '../gate/decide-gate.ts';
import { updateBaseline } from '../gate/update-baseline.ts';
import { measure } from '../metrics/measure.ts';
import { confuseRoutes, type RouteConfusion } from '../metrics/route-confusion.ts';
import type { ScoredTrial } from '../scorers/score.ts';
import { type LocatedSuite, locateSuite } from '../suites/locate-suite.ts';
import { checkOptions, type EvalOptions } from './eval-options.ts';
import { playTrial, type TrialParts } from './play-trial.ts';

export interface SuiteResult extends GateDecision {
  readonly suite: string;
  readonly model: EvalOptions['model'];
  /** How many there were. */
  readonly trials: number;
  /** Of every trial, in the suite's order, with reasons. */
  readonly scores: readonly ScoredTrial[];
  /** Where words alone would have sent the messages. */
  readonly routing: RouteConfusion;
  /** What a new baseline changed, one line each; missing when none was written. */
  readonly baselineChanges?: readonly string[];
}

/** Trials at work at once: they wait for each other's world and nothing else. */
const parallelTrials = 4;

/**
 * Plays and scores every scenario of a suite, ours by its name or the one that a file exports, and holds the figures against
 * the baseline. Throws SuiteUnknownError, ModuleUnusableError, EvalOptionsError or BaselineInvalidError; a trial that cannot be played is a result, and makes the gate invalid.
 */
export async function runSuite(nameOrPath: string, options: EvalOptions): Promise<SuiteResult> {
  const suite = await locateSuite(nameOrPath);
  const { name, scenarios } = suite;
  checkOptions(options);
  const path = options.baseline ?? suite.baseline;
  const committed = await readBaseline(path, name);
  const trials = await playAll(suite, options);
  const measured: Measured = {
    scenarios: scenarios.map(({ id }) => id),
    trials,
    metrics: measure(trials, suite.scorers),
  };
  const update =
    options.updateBaseline === true
      ? await updateBaseline(path, { suite: name, measured, committed })
      : undefined;
  if (options.updateBaseline === true) {
    options.progress?.(`${update === undefined ? 'did not write' : 'wrote'} the baseline ${path}`);
  }
  return {
    suite: name,
    model: options.model,
    trials: trials.length,
    ...decideGate(measured, update?.baseline ?? committed),
    scores: trials,
    routing: confuseRoutes(scenarios),
    ...(update === undefined ? {} : { baselineChanges: update.changes }),
  };
}

async function playAll(
  { scenarios, scorers, recordingOf }: LocatedSuite,
  options: EvalOptions,
): Promise<readonly ScoredTrial[]> {
  await using worldServer = await startWorldServer();
  const parts: TrialParts = { worldServer, scorers, recordingOf, options };
  const played = new Map<string, ScoredTrial>();
  const queue = scenarios.values();
  const lane = async (): Promise<void> => {
    for (const scenario of queue) {
      options.signal?.throwIfAborted();
      const trial = await playTrial(scenario, parts);
      played.set(scenario.id, trial);
      options.progress?.(`${scenario.id}: ${summaryOf(trial)}`);
    }
  };
  await Promise.all(Array.from({ length: parallelTrials }, lane));
  return scenarios.flatMap(({ id }) => played.get(id) ?? []);
}

function summaryOf({ scores, madeBy }: ScoredTrial): string {
  const figures = Object.entries(scores).map(
    ([name, score]) =>
      `${name} ${score.kind === 'scored' ? Number(score.value.toFixed(3)) : 'unscored'}`,
  );
  return `${figures.join(', ')} (${madeBy})`;
}
