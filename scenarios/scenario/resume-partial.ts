import { type Exchanges, HarnessError } from '#harness';
import { openReplay, partialOf, type Recording, type Replay, readRecording } from '#recordings';
import type { Scenario } from './define-scenario.ts';
import { ContinuationDivergedError } from './fork/continuation-errors.ts';
import type { OpenModel } from './open-model.ts';
import { runIdOf } from './run-id-of.ts';

/** What a recording left that was not finished, and how a session goes on from it. */
export interface Resumption {
  /** How many exchanges it holds. */
  readonly exchanges: number;
  /** The same exchanges, answered as they were as far as they go. */
  readonly around: (inner: Exchanges) => Exchanges;
  /** @throws ContinuationDivergedError when the session has left what is recorded. */
  readonly check: () => void;
}

/**
 * Reads what was kept beside the recording at `path`. Its models' answers are given again, strictly; tools run, in a world made
 * anew, and must come to what they came to.
 * @throws RecordingMissingError when nothing was left there, ResumptionRefusedError.
 */
export async function resumePartial(
  path: string,
  { scenario, opened }: { readonly scenario: Scenario; readonly opened: OpenModel },
): Promise<Resumption> {
  const file = partialOf(path);
  const recording = await readRecording(file, { torn: 'open' });
  checkMaker(file, recording, { scenario, opened });
  const until = recording.exchanges.length;
  let replay: Replay | undefined;
  return {
    exchanges: until,
    around: (inner) => {
      replay = openReplay(recording, {
        model: 'live',
        tools: 'live',
        toolsBefore: 'live',
        people: 'live',
        unkeyed: 'run',
        until,
        inner,
        runIdOf: (run) => runIdOf(scenario.id, run),
      });
      return replay.exchanges;
    },
    check: () => {
      const divergence = replay?.divergence() ?? replay?.finish().divergence;
      if (divergence !== undefined)
        throw new ContinuationDivergedError(recording, until, divergence);
    },
  };
}

function checkMaker(
  file: string,
  { header }: Recording,
  { scenario, opened }: { readonly scenario: Scenario; readonly opened: OpenModel },
): void {
  if (header.name !== scenario.id) {
    throw new ResumptionRefusedError(`${file} is of ${header.name}, and not of ${scenario.id}.`);
  }
  const { provider, modelId } = opened.model;
  const isSame = header.model.provider === provider && header.model.modelId === modelId;
  if (header.made !== opened.made || !isSame) {
    throw new ResumptionRefusedError(
      `${file} has answers of ${header.made}, and ${opened.made} would be asked now.`,
      'Ask the same model (GROUNDHOG_MODEL), or remove the file.',
    );
  }
}

export class ResumptionRefusedError extends HarnessError {
  constructor(message: string, hint?: string) {
    super({ code: 'RESUMPTION_REFUSED', message, ...(hint === undefined ? {} : { hint }) });
  }
}
