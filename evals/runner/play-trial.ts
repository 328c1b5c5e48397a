import {
  type Divergence,
  formatDivergence,
  RecordingMissingError,
  ReplayDivergedError,
  readRecording,
} from '#recordings';
import {
  type ModelMode,
  openModel,
  playScenario,
  type Scenario,
  type WorldServer,
} from '#scenarios';
import type { ScoredTrial } from '../scorers/score.ts';
import { type Scorer, scoreTrial, unscored } from '../scorers/scorer.ts';
import type { EvalOptions } from './eval-options.ts';

/** What every trial of a suite shares. */
export interface TrialParts {
  readonly worldServer: WorldServer;
  readonly scorers: readonly Scorer[];
  /** Path of a scenario's recording. */
  readonly recordingOf: (scenarioId: string) => string;
  readonly options: EvalOptions;
}

/**
 * Plays a scenario once, in a world of its own and without a database, and scores it. Whatever keeps it from being played
 * leaves it unscored, with the reason; only an abort rejects.
 */
export async function playTrial(scenario: Scenario, parts: TrialParts): Promise<ScoredTrial> {
  const { worldServer, scorers, options } = parts;
  const { signal } = options;
  let madeBy: string = options.model;
  try {
    await using opened = await openModel(scenario, await modeOf(scenario, parts));
    madeBy = options.model === 'recorded' ? `recorded (${opened.made})` : opened.made;
    const observation = await playScenario(scenario, {
      worldServer,
      model: opened.model,
      exchanges: opened.exchanges,
      ...(signal === undefined ? {} : { signal }),
    });
    const divergence = opened.replay()?.finish(observation.events).divergence;
    const scores =
      divergence === undefined
        ? scoreTrial({ scenario, observation }, scorers)
        : unscored(whereItLeft(divergence), scorers);
    return { scenario: scenario.id, madeBy, scores };
  } catch (error) {
    signal?.throwIfAborted();
    return {
      scenario: scenario.id,
      madeBy,
      scores: unscored(whyNotPlayed(error, scenario), scorers),
    };
  }
}

async function modeOf(
  scenario: Scenario,
  { options, recordingOf }: TrialParts,
): Promise<ModelMode> {
  const { model, playbook = 'gold', config } = options;
  switch (model) {
    case 'recorded':
      return { kind: 'recorded', recording: await readRecording(recordingOf(scenario.id)) };
    case 'scripted':
      return { kind: 'scripted', playbook };
    case 'live':
      return { kind: 'live', config };
  }
}

function whyNotPlayed(error: unknown, { id }: Scenario): string {
  if (error instanceof RecordingMissingError) {
    return `it has no recording; make it: npx groundhog record ${id}`;
  }
  if (error instanceof ReplayDivergedError) return whereItLeft(error.divergence);
  return `it could not be played: ${error instanceof Error ? error.message : String(error)}`;
}

const whereItLeft = (divergence: Divergence): string =>
  `it left its recording\n${formatDivergence(divergence)}`;
