import {
  createRecorder,
  type ForkedFrom,
  firstPlaces,
  forkPrompts,
  openReplay,
  placeName,
  type Recording,
  type Replay,
  type ReplayOptions,
  verifyRecording,
} from '#recordings';
import type { SessionObservation } from '../../checkers/observation.ts';
import type { Business } from '../../desk/world/business.ts';
import { startWorldServer } from '../../desk/world/world-server.ts';
import { isCaptured } from '../capture/session-of.ts';
import type { Scenario } from '../define-scenario.ts';
import type { OpenModel } from '../open-model.ts';
import { playSession } from '../play-session.ts';
import { runIdOf } from '../run-id-of.ts';
import { scenarioExchanges } from '../scenario-exchanges.ts';
import { ContinuationDivergedError, PrefixChangedError } from './continuation-errors.ts';

export interface ContinueOptions {
  readonly scenario: Scenario;
  readonly recording: Recording;
  /** How many exchanges are taken over. */
  readonly until: number;
  /** Who answers for the model from there on. */
  readonly opened: OpenModel;
  /** Who answers for the tools from there on; live ones run before it too, so that their world comes to where it was. */
  readonly tools: ReplayOptions['tools'];
  /** What agents are told from there on, by their names. */
  readonly prompts?: Readonly<Record<string, string>>;
  /** Missing where nothing but the answers may be new. */
  readonly forkedFrom?: ForkedFrom;
  readonly progress: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** How a recorded session went on. */
export interface Continuation {
  /** Verified, and not written. */
  readonly recording: Recording;
  /** Where it left the world; undefined where tools did not run. */
  readonly state: EndState | undefined;
  readonly answers: AnswerCounts;
}

/** What a session leaves outside of its log. */
export interface EndState extends Pick<SessionObservation, 'records'> {
  readonly world: Business;
}

/** Who answered: what was taken over, and what was made for this. */
export interface AnswerCounts {
  readonly model: { readonly reused: number; readonly anew: number };
  readonly tools: { readonly reused: number; readonly anew: number };
}

/**
 * Plays a recorded session again up to a place, strictly, and from there on anew, and records that. What comes before the
 * place is the same to the byte.
 * @throws ContinuationDivergedError, PrefixChangedError
 */
export async function continueRecording(options: ContinueOptions): Promise<Continuation> {
  const { scenario, recording: origin, until, opened, tools, prompts = {}, signal } = options;
  const { forkedFrom } = options;
  await using worldServer = await startWorldServer();
  const world = worldServer.createWorld(scenario.world);
  const own = scenario.subject.assemble({ worldUrl: world.url });
  const told = forkPrompts(own.agents, prompts, firstPlaces(origin, until));
  const { model, made } = opened;
  const replay = openPrefix(options);
  const recorder = createRecorder({
    inner: replay.exchanges,
    name: origin.header.name,
    made,
    model: { provider: model.provider, modelId: model.modelId },
    agents: [...own.agents, ...told.agents],
    ...(origin.header.losses === undefined ? {} : { losses: origin.header.losses }),
    ...(forkedFrom === undefined ? {} : { forkedFrom }),
  });
  const session = await unlessDiverged(replay, options, () =>
    playSession(scenario, {
      worldUrl: world.url,
      model,
      exchanges: () => told.around(recorder.exchanges),
      ...(signal === undefined ? {} : { signal }),
    }),
  );
  const recording = recorder.finish(session.events);
  checkPrefix(origin, recording, until);
  options.progress(`${scenario.id}: replaying it twice`);
  await verifyRecording({ recording, ...own });
  return {
    recording,
    state: tools === 'live' ? { world: world.snapshot(), records: session.records } : undefined,
    answers: countAnswers(recording, options, session),
  };
}

/** The recording up to the place, and behind it whoever answers from there on. */
function openPrefix({ scenario, recording, until, tools }: ContinueOptions): Replay {
  return openReplay(recording, {
    model: 'live',
    tools,
    toolsBefore: tools,
    // Who decided in a session that was captured is nobody's script.
    people: isCaptured(recording) ? 'recorded' : tools,
    unkeyed: 'run',
    until,
    inner: scenarioExchanges(scenario),
    runIdOf: (run) => runIdOf(scenario.id, run),
  });
}

async function unlessDiverged(
  replay: Replay,
  { recording, until }: ContinueOptions,
  play: () => Promise<SessionObservation>,
): Promise<SessionObservation> {
  const check = (): void => {
    const { divergence } = replay.finish();
    if (divergence !== undefined) throw new ContinuationDivergedError(recording, until, divergence);
  };
  try {
    const session = await play();
    check();
    return session;
  } catch (error) {
    // What a session dies of follows from where it left its recording.
    if (replay.divergence() !== undefined) check();
    throw error;
  }
}

/** @throws PrefixChangedError */
function checkPrefix(origin: Recording, recording: Recording, until: number): void {
  for (const [index, exchange] of origin.exchanges.slice(0, until).entries()) {
    if (JSON.stringify(exchange) !== JSON.stringify(recording.exchanges[index])) {
      throw new PrefixChangedError(origin.header.name, exchange);
    }
  }
}

function countAnswers(
  { exchanges }: Recording,
  { recording: origin, until, tools }: ContinueOptions,
  { modelCalls }: SessionObservation,
): AnswerCounts {
  const count = (t: 'model' | 'tool', [from, to]: readonly [number, number?]): number =>
    exchanges.slice(from, to).filter((each) => each.t === t).length;
  const prefix = firstPlaces(origin, until);
  const anew = modelCalls.filter((place) => !prefix.has(placeName(place)));
  // Recorded tools do not run behind the place either.
  const taken = tools === 'live' ? until : exchanges.length;
  return {
    model: { reused: count('model', [0, until]), anew: anew.length },
    tools: { reused: count('tool', [0, taken]), anew: count('tool', [taken]) },
  };
}
