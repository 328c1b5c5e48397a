import type { StepObserver } from '#harness';
import {
  compareStories,
  createRecorder,
  type ForkedFrom,
  firstPlaces,
  forkPrompts,
  openReplay,
  placeName,
  placeOf,
  type Recording,
  type Replay,
  type ReplayOptions,
  tellStory,
  verifyRecording,
} from '#recordings';
import type { SessionObservation } from '../../checkers/observation.ts';
import type { Business } from '../../desk/world/business.ts';
import { startWorldServer } from '../../desk/world/world-server.ts';
import { whoDecided } from '../capture/session-of.ts';
import type { Scenario } from '../define-scenario.ts';
import type { OpenModel } from '../open-model.ts';
import { playSession } from '../play-session.ts';
import { runIdOf } from '../run-id-of.ts';
import { scenarioExchanges } from '../scenario-exchanges.ts';
import { ContinuationDivergedError, PrefixChangedError } from './continuation-errors.ts';
import type { ForkHome } from './fork-home.ts';

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
  /** Where it is a session of its own; in memory by default. */
  readonly home?: ForkHome;
  /** Told of every step's three moments. */
  readonly observer?: StepObserver;
  readonly progress: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** How a recorded session went on. */
export interface Continuation {
  /** Verified, and not written. */
  readonly recording: Recording;
  /** Where it left the world; undefined where tools did not run, or others have spoken in the session since. */
  readonly state: EndState | undefined;
  readonly answers: AnswerCounts;
}

/** What a session leaves outside of its log. */
export interface EndState extends Pick<SessionObservation, 'records'> {
  readonly world: Business;
}

/** What the harness keeps of its runs beside tools' records is kept elsewhere in memory, and is no outcome. */
export function endStateOf({
  world,
  records,
}: Pick<SessionObservation, 'records'> & { readonly world: Business }): EndState {
  return {
    world,
    records: records.filter(({ collection }) => !collection.startsWith(ownCollections)),
  };
}

const ownCollections = 'groundhog.';

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
  const { forkedFrom, home, observer } = options;
  await using worldServer = await startWorldServer();
  const world = worldServer.createWorld(scenario.world, home?.journal);
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
      ...(home === undefined ? {} : { sessionId: home.sessionId, backing: home.backing }),
      ...(observer === undefined ? {} : { observer }),
      ...(signal === undefined ? {} : { signal }),
    }),
  );
  options.progress(`${scenario.id}: replaying it twice`);
  // What an earlier life asked this one has not seen.
  const captured = isResumed(home) ? await home.captured() : undefined;
  const recording = captured?.recording ?? recorder.finish(session.events);
  if (captured === undefined) {
    checkPrefix(origin, recording, until);
    await verifyRecording({ recording, ...own });
  } else checkStory(origin, recording, until);
  const isKnown = tools === 'live' && captured?.hasGoneOn !== true;
  return {
    recording,
    state: isKnown ? endStateOf({ ...session, world: world.snapshot() }) : undefined,
    answers: countAnswers(recording, options, session),
  };
}

/** The recording up to the place, and behind it whoever answers from there on. */
function openPrefix({ scenario, recording, until, tools, home }: ContinueOptions): Replay {
  return openReplay(recording, {
    model: 'live',
    tools,
    toolsBefore: tools,
    people: tools === 'live' ? whoDecided(recording) : 'recorded',
    unkeyed: 'run',
    until,
    inner: scenarioExchanges(scenario),
    runIdOf: (run) => runIdOf(home?.sessionId ?? scenario.id, run),
    // What an earlier life has saved is not asked for again.
    unconsumed: isResumed(home) ? 'allow' : 'diverge',
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

/** The same of a recording that was captured: how its answers were framed nobody has kept. */
function checkStory(origin: Recording, recording: Recording, until: number): void {
  const prefix = firstPlaces(origin, until);
  const { lanes } = compareStories(tellStory(origin), tellStory(recording));
  for (const { before } of lanes.flatMap(({ steps }) => steps)) {
    const exchange = origin.exchanges.find(
      (each) => before !== undefined && placeName(placeOf(each)) === placeName(before),
    );
    if (exchange !== undefined && prefix.has(placeName(placeOf(exchange)))) {
      throw new PrefixChangedError(origin.header.name, exchange);
    }
  }
}

const isResumed = (home: ForkHome | undefined): home is ForkHome => home?.saved !== undefined;

function countAnswers(
  { exchanges }: Recording,
  { recording: origin, until, tools, home }: ContinueOptions,
  { modelCalls }: SessionObservation,
): AnswerCounts {
  const count = (t: 'model' | 'tool', [from, to]: readonly [number, number?]): number =>
    exchanges.slice(from, to).filter((each) => each.t === t).length;
  const prefix = firstPlaces(origin, until);
  // What an earlier life asked is not asked again: it stands in the recording.
  const anew = isResumed(home)
    ? count('model', [until])
    : modelCalls.filter((place) => !prefix.has(placeName(place))).length;
  // Recorded tools do not run behind the place either.
  const taken = tools === 'live' ? until : exchanges.length;
  return {
    model: { reused: count('model', [0, until]), anew },
    tools: { reused: count('tool', [0, taken]), anew: count('tool', [taken]) },
  };
}
