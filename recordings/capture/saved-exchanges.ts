import type { ExchangePlace, Exchanges } from '#harness';
import type { ModelName } from '../format/header.ts';
import { isSummaryLane, placeName, steeringPlace } from '../format/recording.ts';
import { replayModel } from '../replayer/replay-model.ts';
import { answerOf } from './answer-of-turn.ts';
import {
  savedAnswer,
  savedDecision,
  savedOutcome,
  savedReception,
  savedSteering,
} from './saved-output.ts';
import type { StepInHand, Walk } from './walk-runs.ts';

/** Who is taken to have answered where no step says it. */
export const unknownModel: ModelName = { provider: 'unknown', modelId: 'unknown' };

/** What was asked and answered, step by step: what was asked is what the walk asks, what was answered is in the step. */
export interface SavedExchanges {
  /** To be recorded. */
  readonly exchanges: Exchanges;
  /** The step of an exchange, by the name of its place. */
  readonly stepOf: ReadonlyMap<string, StepInHand>;
}

export function savedExchanges(
  { here, refuse }: Walk,
  {
    runs: runCount,
    model,
    summariser = model,
  }: {
    readonly runs: number;
    /** Who is taken to have answered where a step does not say it; and who to have written summaries. */
    readonly model: ModelName;
    readonly summariser?: ModelName | undefined;
  },
): SavedExchanges {
  const stepOf = new Map<string, StepInHand>();
  /** What the step in hand has saved, read by `read`. */
  const saved = <Value>(
    place: ExchangePlace,
    read: (output: unknown) => Value | undefined,
  ): Value => {
    const step = here();
    stepOf.set(placeName(place), step);
    const value = read(step.saved.output);
    if (value === undefined) throw refuse(step.place, 'it has saved something else');
    return value;
  };
  return {
    stepOf,
    exchanges: {
      message: (place) => {
        saved(place, savedReception);
      },
      cleared: () => undefined,
      clock: (place) => saved(place, savedReception).receivedAt,
      dice: (place) => saved(place, savedReception).traceId,
      steering: (turn) => {
        const { read } = saved(steeringPlace(turn), savedSteering);
        const later = read.find(({ runOrdinal }) => runOrdinal > runCount);
        if (later === undefined) return read;
        throw refuse(
          here().place,
          `it read the message of run ${later.runOrdinal}, which is not there`,
        );
      },
      model: (place) => {
        const step = here();
        const answer = saved(place, savedAnswer);
        const asked = 'asked' in answer ? answer.asked : undefined;
        return replayModel(asked ?? (isSummaryLane(place.lane) ? summariser : model), () => {
          const made = answerOf(answer, placeName(place));
          if ('lost' in made) throw refuse(step.place, made.lost);
          return made.answer;
        });
      },
      tool: async (place) => saved(place, savedOutcome),
      decision: async (place) => saved(place, savedDecision),
    },
  };
}
