import type { ExchangePlace, Exchanges } from '#harness';
import {
  firstPlaces,
  placeName,
  type Recording,
  recordedSteering,
  steeringPlace,
} from '../format/recording.ts';
import type { Matcher } from './matcher.ts';
import { replayModel } from './replay-model.ts';

// Who answers: two switches, model and tools, each recorded or live; before a cursor both are recorded, whatever they say.
//
//   model     tools
//   recorded  recorded   nothing runs: a test
//   recorded  live       tools run and must answer the same: what changed in a tool
//   live      recorded   a model is asked anew in the recorded world: work on a prompt
//   live      live       behind a cursor: a session that goes on otherwise

export type Answerer = 'recorded' | 'live';

export interface AnsweringMode {
  readonly model: Answerer;
  readonly tools: Answerer;
  /** `live`: the host's clock and dice are asked too, and must say what is recorded. */
  readonly clock: Answerer;
  /** Whether a live tool runs whose effect cannot be repeated safely. */
  readonly unkeyed: 'run' | 'withhold';
  /** `live`: where tools run, people are asked what was recorded, and decide anew. */
  readonly people: Answerer;
}

interface RecordedAnswers {
  readonly recording: Recording;
  readonly matcher: Matcher;
  /** Through which what is live is asked. */
  readonly inner: Exchanges;
  readonly runIdOf: (run: number) => string;
}

interface SwitchedExchanges {
  readonly before: Exchanges;
  readonly behind: Exchanges;
  readonly leave: (place: ExchangePlace) => void;
}

export function answersBy(mode: AnsweringMode, answers: RecordedAnswers): Exchanges {
  const { model, tools, clock } = mode;
  const { matcher, inner } = answers;
  if (model === 'live' && tools === 'live') return inner;
  return {
    ...recordedExchanges(answers),
    ...(tools === 'live' ? liveTools(answers, mode) : {}),
    ...(model === 'live' ? liveModel(matcher, inner) : {}),
    ...(clock === 'live' ? liveClock(matcher, inner) : {}),
  };
}

/**
 * `before` for what the first `count` exchanges of the recording hold, and `behind` for all else. `leave` is told of a place
 * that is behind, and throws if what must come before it has not.
 */
export function switchAt(
  recording: Recording,
  count: number,
  { before, behind, leave }: SwitchedExchanges,
): Exchanges {
  const held = firstPlaces(recording, count);
  const at = (place: ExchangePlace): Exchanges => {
    if (held.has(placeName(place))) return before;
    leave(place);
    return behind;
  };
  return {
    message: (place, ...rest) => at(place).message(place, ...rest),
    cleared: (place, ...rest) => at(place).cleared(place, ...rest),
    model: (place, ...rest) => at(place).model(place, ...rest),
    tool: (place, ...rest) => at(place).tool(place, ...rest),
    decision: (place, ...rest) => at(place).decision(place, ...rest),
    // What a turn reads belongs to the turn; where it read nothing the recording has no line of its own.
    steering: (turn, ...rest) => {
      const isHeld = held.has(placeName(turn)) || held.has(placeName(steeringPlace(turn)));
      if (!isHeld) leave(turn);
      return (isHeld ? before : behind).steering(turn, ...rest);
    },
    clock: (place, ...rest) => at(place).clock(place, ...rest),
    dice: (place, ...rest) => at(place).dice(place, ...rest),
  };
}

/** The model, the tools and what a run was told meanwhile are the recorded ones. */
function recordedExchanges({ recording, matcher, runIdOf }: RecordedAnswers): Exchanges {
  return {
    message: matcher.message,
    cleared: matcher.cleared,
    // Messages are sent one after the other: nothing waits yet of what the recorded run found.
    steering: (place) =>
      matcher.steering(place).map(({ run, ...message }) => ({
        messageId: runIdOf(run),
        runOrdinal: run,
        ...message,
      })),
    model: (place, model) =>
      replayModel(matcher.ownModel(place) ?? recording.header.model, (options) =>
        matcher.model(place, model, options),
      ),
    tool: async (place, call) => matcher.tool(place, call).outcome,
    decision: async (place, call) => matcher.decision(place, call),
    clock: matcher.clock,
    dice: matcher.dice,
  };
}

/** Tools run, and must answer as recorded; messages arrive, and must be the recorded ones. */
function liveTools(
  { matcher, inner }: RecordedAnswers,
  { unkeyed, people }: AnsweringMode,
): Pick<Exchanges, 'steering' | 'tool' | 'decision'> {
  return {
    // What people decide otherwise than they did shows in what follows.
    decision: async (place, call, wait) => {
      const recorded = matcher.decision(place, call);
      return people === 'live' ? inner.decision(place, call, wait) : recorded;
    },
    steering: (place, look) => {
      const found = inner.steering(place, look);
      matcher.found(place, found.map(recordedSteering));
      return found;
    },
    tool: async (place, call, execute) => {
      if (unkeyed === 'withhold' && call.effect === 'unkeyed') return matcher.withheld(place, call);
      const recorded = matcher.tool(place, call);
      return matcher.outcome(recorded, await inner.tool(place, call, execute));
    },
  };
}

/** Whatever a live model says, it is answered only for what the recorded one asked at the same place. */
function liveModel(matcher: Matcher, inner: Exchanges): Pick<Exchanges, 'model' | 'tool'> {
  return {
    model: inner.model,
    tool: async (place, call) => matcher.anyCall(place, call).outcome,
  };
}

function liveClock(matcher: Matcher, inner: Exchanges): Pick<Exchanges, 'clock' | 'dice'> {
  return {
    clock: (place, read) => matcher.toldTime(place, inner.clock(place, read)),
    dice: (place, roll) => matcher.rolled(place, inner.dice(place, roll)),
  };
}
