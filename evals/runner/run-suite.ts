import { fileURLToPath } from 'node:url';
import { type Scenario, scenarioNamed, startWorldServer } from '#scenarios';
import { readBaseline } from '../gate/baseline.ts';
import { decideGate, type GateDecision, type Measured } from '../gate/decide-gate.ts';
import { updateBaseline } from '../gate/update-baseline.ts';
import { measure } from '../metrics/measure.ts';
import { confuseRoutes, type RouteConfusion } from '../metrics/route-confusion.ts';
import type { ScoredTrial } from '../scorers/score.ts';
import { scorers } from '../scorers/scorers.ts';
import { suiteNamed } from '../suites/suite-named.ts';
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
 * Plays and scores every scenario of a suite and holds the figures against the baseline. Throws SuiteUnknownError,
 * EvalOptionsError or BaselineInvalidError; a trial that cannot be played is a result, and makes the gate invalid.
 */
export async function runSuite(name: string, options: EvalOptions): Promise<SuiteResult> {
  const suite = suiteNamed(name);
  checkOptions(options);
  const path = options.baseline ?? committedBaseline(name);
  const committed = await readBaseline(path, name);
  const scenarios = suite.scenarios.map(scenarioNamed);
  const trials = await playAll(scenarios, options);
  const measured: Measured = {
    scenarios: suite.scenarios,
    trials,
    metrics: measure(trials, scorers),
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

function committedBaseline(suite: string): string {
  return fileURLToPath(new URL(`../baselines/${suite}.json`, import.meta.url));
}

async function playAll(
  scenarios: readonly Scenario[],
  options: EvalOptions,
): Promise<readonly ScoredTrial[]> {
  await using worldServer = await startWorldServer();
  const parts: TrialParts = { worldServer, scorers, options };
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
