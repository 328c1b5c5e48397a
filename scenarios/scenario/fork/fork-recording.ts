import type { Config, DatabaseOptions, StepObserver } from '#harness';
import {
  cursorAt,
  type Divergence,
  type ForkedFrom,
  firstPlaces,
  forkedFrom,
  placeName,
  type Recording,
  writeRecording,
} from '#recordings';
import { startWorldServer } from '../../desk/world/world-server.ts';
import { whoDecided } from '../capture/session-of.ts';
import type { Scenario } from '../define-scenario.ts';
import { type FoundRecording, findRecording } from '../find-recording.ts';
import { openModel } from '../open-model.ts';
import { playScenario } from '../play-scenario.ts';
import { secretsOf } from '../record-scenario.ts';
import { runIdOf } from '../run-id-of.ts';
import { ContinuationDivergedError } from './continuation-errors.ts';
import {
  type AnswerCounts,
  continueRecording,
  type EndState,
  endStateOf,
} from './continue-recording.ts';
import { type ForkHome, openForkHome } from './fork-home.ts';
import { orderOf } from './fork-order.ts';
import { modelFromThere } from './model-from-there.ts';
import { compareOutcomes, type Outcome, type OutcomeDifference, outcomeOf } from './outcome.ts';

export interface ForkOptions {
  /** A place such as `1/billing#2`, or the number of a step, from 1. */
  readonly at: string;
  /** Of which scenario a recording is that is named by its path: an id, or a file that exports one; as it says, by default. */
  readonly scenario?: string;
  /** What agents are told from there on, by their names. */
  readonly prompts?: Readonly<Record<string, string>>;
  /** `scripted`, `live` or the id of a live model; whoever answered in the recording, by default. */
  readonly model?: string;
  /** `recorded`: tools do not run; a call that is not recorded there ends the fork. */
  readonly tools?: 'live' | 'recorded';
  readonly config: Config;
  /** Where the fork is kept; nowhere by default. */
  readonly out?: string;
  /** Makes it a session of its own, under this id; by default it lives in memory and is gone. */
  readonly home?: { readonly database: DatabaseOptions; readonly as: string };
  /** Told of every step's three moments. */
  readonly observer?: StepObserver;
  readonly progress?: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface ForkReport {
  readonly recording: string;
  readonly forkedFrom: ForkedFrom;
  /** Where it was written. */
  readonly file?: string;
  /** The session that it became. */
  readonly session?: ForkedSession;
  readonly answers: AnswerCounts;
  readonly before: Outcome;
  readonly after: Outcome;
  readonly difference: OutcomeDifference;
}

export interface ForkedSession {
  readonly id: string;
  /** Whose agents it has: an id, or a file that exports one. */
  readonly scenario: string;
  /** Ids of its runs, which are DBOS workflows: one a message. */
  readonly runs: readonly string[];
  /** Steps that an earlier process had saved before it was killed; null where this one made all of it. */
  readonly resumedBehind: number | null;
}

/**
 * A recorded session that goes on otherwise from a place: with another prompt, another model, or the same once more. It is
 * named by its path, or by its scenario; or it has just been captured.
 */
export async function forkRecording(
  origin: string | Pick<FoundRecording, 'scenario' | 'recording'>,
  options: ForkOptions,
): Promise<ForkReport> {
  const { at, prompts = {}, model, tools = 'live', config, out, observer, signal } = options;
  const { progress = () => undefined } = options;
  const { scenario, recording } =
    typeof origin === 'string' ? await findRecording(origin, options.scenario) : origin;
  const until = cursorAt(recording, at);
  const forked = forkedFrom(recording, until, prompts);
  await using opened = await openModel(scenario, modelFromThere(recording, model, config));
  const rehearsed = tools === 'live' ? await rehearse(scenario, recording, options) : {};
  checkRehearsal(rehearsed, { recording, until, home: options.home });
  await using home =
    options.home &&
    (await openForkHome({
      ...options.home,
      scenario,
      origin: recording,
      order: orderOf(forked, opened),
    }));
  progress(`${scenario.id}: playing it, as recorded up to ${forked.at}`);
  const continued = await continueRecording({
    scenario,
    recording,
    until,
    opened,
    tools,
    prompts,
    forkedFrom: forked,
    ...(home === undefined ? {} : { home }),
    ...(observer === undefined ? {} : { observer }),
    progress,
    ...(signal === undefined ? {} : { signal }),
  });
  if (out !== undefined)
    await writeRecording(out, continued.recording, { secrets: secretsOf(config) });
  const before = outcomeOf(recording, rehearsed.state);
  const after = outcomeOf(continued.recording, continued.state);
  return {
    recording: scenario.id,
    forkedFrom: forked,
    ...(out === undefined ? {} : { file: out }),
    ...(home === undefined ? {} : { session: sessionIn(home, scenario, options.scenario) }),
    answers: continued.answers,
    before,
    after,
    difference: compareOutcomes([before, after], [recording, continued.recording]),
  };
}

/** What the recorded session comes to when its tools run again. */
interface Rehearsal {
  /** Where it left its world; nobody can say it where tools answer otherwise today. */
  readonly state?: EndState;
  readonly divergence?: Divergence;
}

async function rehearse(
  scenario: Scenario,
  recording: Recording,
  { home, signal }: Pick<ForkOptions, 'home' | 'signal'>,
): Promise<Rehearsal> {
  await using worldServer = await startWorldServer();
  await using opened = await openModel(scenario, {
    kind: 'recorded',
    recording,
    people: whoDecided(recording),
  });
  const divergence = (): Divergence | undefined => opened.replay()?.divergence();
  try {
    const { world, records, events } = await playScenario(scenario, {
      worldServer,
      model: opened.model,
      exchanges: opened.exchanges,
      // Keys of effects name the session: what is compared is called the same.
      ...(home === undefined ? {} : { sessionId: home.as }),
      ...(signal === undefined ? {} : { signal }),
    });
    const found = opened.replay()?.finish(events).divergence;
    return found === undefined ? { state: endStateOf({ world, records }) } : { divergence: found };
  } catch (error) {
    const found = divergence();
    if (found === undefined) throw error;
    return { divergence: found };
  }
}

/** A session in a database is not begun when it is known that it would not come to the place. */
function checkRehearsal(
  { divergence }: Rehearsal,
  {
    recording,
    until,
    home,
  }: {
    readonly recording: Recording;
    readonly until: number;
    readonly home: ForkOptions['home'];
  },
): void {
  if (home === undefined || divergence?.at === undefined) return;
  const isBefore = firstPlaces(recording, until).has(placeName(divergence.at.place));
  if (isBefore) throw new ContinuationDivergedError(recording, until, divergence);
}

function sessionIn(
  { sessionId, saved }: ForkHome,
  { id, messages }: Scenario,
  named = id,
): ForkedSession {
  return {
    id: sessionId,
    scenario: named,
    runs: messages.map((_, index) => runIdOf(sessionId, index + 1)),
    resumedBehind: saved ?? null,
  };
}
