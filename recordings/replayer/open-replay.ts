import type { LanguageModelV4 } from '@ai-sdk/provider';
import { type Exchanges, openExchanges, type SessionEvent } from '#harness';
import { type Recording, recordedSteering } from '../format/recording.ts';
import { createChecklist } from './checklist.ts';
import type { Divergence } from './divergence.ts';
import { findEndDivergence } from './find-end-divergence.ts';
import { createLatch } from './latch.ts';
import { createMatcher, type Matcher } from './matcher.ts';
import { replayModel } from './replay-model.ts';
import { layOut } from './tape.ts';
import { UnplacedCallError } from './unplaced-call-error.ts';

export interface ReplayOptions {
  /** `recorded`: tools do not run, what they answered is answered. `live`: they run, and must answer the same. */
  readonly tools: 'recorded' | 'live';
  /** Through which live tools run; open by default. */
  readonly inner?: Exchanges;
  /**
   * What an exchange that nobody asked for means at the end. `diverge`, the default, for a session run whole; `allow` for a
   * process that took up a session where another had died, and asks only for what was not saved.
   */
  readonly unconsumed?: 'diverge' | 'allow';
  /** How the session that replays names its n-th run, counted from 1; by its number, by default. */
  readonly runIdOf?: (run: number) => string;
}

export interface ReplayResult {
  /** How many of the recording's exchanges were asked for. */
  readonly exchanges: number;
  readonly divergence: Divergence | undefined;
}

/** A recording standing in for the world. */
export interface Replay {
  /** To be given to the harness that replays. */
  readonly exchanges: Exchanges;
  /** The model for that harness: it refuses every call, because `exchanges` answers before it. */
  readonly model: LanguageModelV4;
  /** The first divergence so far. */
  readonly divergence: () => Divergence | undefined;
  /**
   * What the replay came to, whatever those above have made of its errors. With the session's events, these are compared
   * too.
   */
  readonly finish: (events?: readonly SessionEvent[]) => ReplayResult;
}

/**
 * Opens a recording for replay. Matching is strict: a request is answered by what stands at its own place, if it is equal
 * part by part. It keeps no position, so a step that runs again gets the same answer. The first divergence is kept outside
 * every call stack, and every later request fails with the same ReplayDivergedError.
 */
export function openReplay(recording: Recording, options: ReplayOptions): Replay {
  const { inner = openExchanges, tools, unconsumed = 'diverge', runIdOf = String } = options;
  const tape = layOut(recording);
  const latch = createLatch();
  const checklist = createChecklist(tape, unconsumed === 'allow');
  const matcher = createMatcher(tape, latch, checklist);
  return {
    exchanges:
      tools === 'recorded'
        ? recordedExchanges(recording, matcher, runIdOf)
        : liveToolExchanges(recording, matcher, inner),
    model: replayModel(recording, () => {
      throw new UnplacedCallError(recording.header.name);
    }),
    divergence: latch.first,
    finish: (events) => ({
      exchanges: checklist.count(),
      divergence: latch.first() ?? findEndDivergence(tape, checklist.open(), events),
    }),
  };
}

/** The model, the tools and what a run was told meanwhile are the recorded ones. */
function recordedExchanges(
  recording: Recording,
  matcher: Matcher,
  runIdOf: (run: number) => string,
): Exchanges {
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
    model: (place) => replayModel(recording, (options) => matcher.model(place, options)),
    tool: async (place, call) => matcher.tool(place, call).outcome,
    decision: async (place, call) => matcher.decision(place, call),
    clock: matcher.clock,
    dice: matcher.dice,
  };
}

/** The model is the recorded one; tools run, and must answer as recorded; messages arrive, and must be the recorded ones. */
function liveToolExchanges(recording: Recording, matcher: Matcher, inner: Exchanges): Exchanges {
  return {
    ...recordedExchanges(recording, matcher, String),
    steering: (place, look) => {
      const found = inner.steering(place, look);
      matcher.found(place, found.map(recordedSteering));
      return found;
    },
    tool: async (place, call, execute) => {
      const recorded = matcher.tool(place, call);
      const outcome = await inner.tool(place, call, execute);
      matcher.outcome(recorded, outcome);
      return outcome;
    },
  };
}
