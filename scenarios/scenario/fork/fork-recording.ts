import type { Config } from '#harness';
import { cursorAt, type ForkedFrom, forkedFrom, type Recording, writeRecording } from '#recordings';
import { startWorldServer } from '../../desk/world/world-server.ts';
import type { Scenario } from '../define-scenario.ts';
import { type FoundRecording, findRecording } from '../find-recording.ts';
import { openModel } from '../open-model.ts';
import { playScenario } from '../play-scenario.ts';
import { secretsOf } from '../record-scenario.ts';
import { type AnswerCounts, continueRecording, type EndState } from './continue-recording.ts';
import { modelFromThere } from './model-from-there.ts';
import { compareOutcomes, type Outcome, type OutcomeDifference, outcomeOf } from './outcome.ts';

export interface ForkOptions {
  /** A place such as `1/billing#2`, or the number of a step, from 1. */
  readonly at: string;
  /** What agents are told from there on, by their names. */
  readonly prompts?: Readonly<Record<string, string>>;
  /** `scripted`, `live` or the id of a live model; whoever answered in the recording, by default. */
  readonly model?: string;
  /** `recorded`: tools do not run; a call that is not recorded there ends the fork. */
  readonly tools?: 'live' | 'recorded';
  readonly config: Config;
  /** Where the fork is kept; nowhere by default. */
  readonly out?: string;
  readonly progress?: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface ForkReport {
  readonly recording: string;
  readonly forkedFrom: ForkedFrom;
  /** Where it was written. */
  readonly file?: string;
  readonly answers: AnswerCounts;
  readonly before: Outcome;
  readonly after: Outcome;
  readonly difference: OutcomeDifference;
}

/**
 * A recorded session that goes on otherwise from a place: with another prompt, another model, or the same once more. It is
 * named by its path, or by its scenario; or it has just been captured.
 */
export async function forkRecording(
  origin: string | Pick<FoundRecording, 'scenario' | 'recording'>,
  options: ForkOptions,
): Promise<ForkReport> {
  const { at, prompts = {}, model, tools = 'live', config, out, signal } = options;
  const { progress = () => undefined } = options;
  const { scenario, recording } = typeof origin === 'string' ? await findRecording(origin) : origin;
  const until = cursorAt(recording, at);
  const forked = forkedFrom(recording, until, prompts);
  await using opened = await openModel(scenario, modelFromThere(recording, model, config));
  progress(`${scenario.id}: playing it, as recorded up to ${forked.at}`);
  const continued = await continueRecording({
    scenario,
    recording,
    until,
    opened,
    tools,
    prompts,
    forkedFrom: forked,
    progress,
    ...(signal === undefined ? {} : { signal }),
  });
  if (out !== undefined)
    await writeRecording(out, continued.recording, { secrets: secretsOf(config) });
  const endedAs = tools === 'live' ? await endState(scenario, recording, signal) : undefined;
  const before = outcomeOf(recording, endedAs);
  const after = outcomeOf(continued.recording, continued.state);
  return {
    recording: scenario.id,
    forkedFrom: forked,
    ...(out === undefined ? {} : { file: out }),
    answers: continued.answers,
    before,
    after,
    difference: compareOutcomes([before, after], [recording, continued.recording]),
  };
}

/** Where the recorded session left its world: its tools run again. Nobody can say it where they answer otherwise today. */
async function endState(
  scenario: Scenario,
  recording: Recording,
  signal: AbortSignal | undefined,
): Promise<EndState | undefined> {
  await using worldServer = await startWorldServer();
  await using opened = await openModel(scenario, { kind: 'recorded', recording });
  try {
    const { world, records, events } = await playScenario(scenario, {
      worldServer,
      model: opened.model,
      exchanges: opened.exchanges,
      ...(signal === undefined ? {} : { signal }),
    });
    const isSame = opened.replay()?.finish(events).divergence === undefined;
    return isSame ? { world, records } : undefined;
  } catch (error) {
    if (opened.replay()?.divergence() === undefined) throw error;
    return undefined;
  }
}
