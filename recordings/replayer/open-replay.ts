import type { LanguageModelV4 } from '@ai-sdk/provider';
import { type Exchanges, openExchanges, type SessionEvent } from '#harness';
import type { ModelName } from '../format/header.ts';
import { isSummaryLane, type Recording } from '../format/recording.ts';
import { createChecklist } from './checklist.ts';
import type { Divergence, Drift } from './divergence.ts';
import { findEndDivergences } from './find-end-divergences.ts';
import { createLatch } from './latch.ts';
import { leavePrefix } from './leave-prefix.ts';
import { createMatcher } from './matcher.ts';
import { createDriftLedger } from './policy/drift-ledger.ts';
import { type DatedPolicy, type PolicyStanding, strict } from './policy/drift-policy.ts';
import { type Answerer, answersBy, switchAt } from './replay-exchanges.ts';
import { replayModel } from './replay-model.ts';
import { layOut, type TapedExchange } from './tape.ts';
import { UnplacedCallError } from './unplaced-call-error.ts';

export interface ReplayOptions {
  /** `recorded`: tools do not run, what they answered is answered. `live`: they run, and must answer the same. */
  readonly tools: Answerer;
  /**
   * `live`: the harness's own model answers, whatever it is asked, and is compared with nothing; with live tools beside it the
   * recording no longer answers at all. `recorded` by default.
   */
  readonly model?: Answerer;
  /** How many exchanges, in the order of the file, are recorded before the two switches hold; none by default. */
  readonly until?: number;
  /**
   * Who answers for the tools before the cursor. `live`: they run there too, and must answer as recorded: so a world that was
   * made anew comes to where the recorded one was. `recorded` by default.
   */
  readonly toolsBefore?: Answerer;
  /** `live`: where tools run, people decide anew, what was recorded. `recorded` by default. */
  readonly people?: Answerer;
  /** `live`: the host's clock and dice must say what is recorded. `recorded` by default. */
  readonly clock?: Answerer;
  /**
   * Whether a live tool runs whose effect cannot be repeated safely. `withhold`, the default: it does not, what is recorded is
   * answered, and the replay is unverifiable. `run` where the world is a simulated one.
   */
  readonly unkeyed?: 'run' | 'withhold';
  /** Through which what is live is asked; open by default. */
  readonly inner?: Exchanges;
  /**
   * What an exchange that nobody asked for means at the end. `diverge`, the default, for a session run whole; `allow` for a
   * process that took up a session where another had died, and asks only for what was not saved.
   */
  readonly unconsumed?: 'diverge' | 'allow';
  /** How the session that replays names its n-th run, counted from 1; by its number, by default. */
  readonly runIdOf?: (run: number) => string;
  /** What is accepted although it is not as recorded; nothing by default. */
  readonly drift?: DatedPolicy;
  /** Whom the session would ask today; the recorded model by default. */
  readonly asks?: ModelName;
}

export interface ReplayResult {
  /** How many of the recording's exchanges were asked for. */
  readonly exchanges: number;
  /** `unverifiable`: nothing diverged, and of something nobody can say. That is no agreement. */
  readonly verdict: 'same' | 'diverged' | 'unverifiable';
  readonly divergence: Divergence | undefined;
  /** What was not as recorded and is accepted. */
  readonly drifts: readonly Drift[];
  /** What can be neither confirmed nor denied here. */
  readonly unverifiable: readonly Drift[];
  /** Every policy of the recording, also those that nothing needed or whose day has passed. */
  readonly policies: readonly PolicyStanding[];
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
   * too, unless something was live that may have made others.
   */
  readonly finish: (events?: readonly SessionEvent[]) => ReplayResult;
}

/**
 * Opens a recording for replay. Matching is strict: a request is answered by what stands at its own place, if it is equal
 * part by part. It keeps no position, so a step that runs again gets the same answer. The first divergence is kept outside
 * every call stack, and every later request fails with the same ReplayDivergedError.
 */
export function openReplay(recording: Recording, options: ReplayOptions): Replay {
  const { inner = openExchanges, tools, model = 'recorded', clock = 'recorded' } = options;
  const { until, runIdOf = String, drift = strict, asks = recording.header.model } = options;
  const { unkeyed = 'withhold', people = 'recorded', toolsBefore = 'recorded' } = options;
  const tape = layOut(recording);
  const latch = createLatch();
  const ledger = createDriftLedger(drift);
  const checklist = createChecklist(tape, dueBy(options));
  const matcher = createMatcher({ tape, latch, checklist, ledger });
  const answers = { recording, matcher, inner, runIdOf };
  const common = { clock, unkeyed, people };
  const standIn = replayModel(asks, () => {
    throw new UnplacedCallError(recording.header.name);
  });
  const behind = answersBy({ ...common, model, tools }, answers);
  const before = answersBy({ ...common, model: 'recorded', tools: toolsBefore }, answers);
  // Whom a live model is behind the cursor is no question before it.
  const askedAsThen: Exchanges['model'] = (at, asked) =>
    before.model(
      at,
      isSummaryLane(at.lane) && matcher.ownModel(at) !== undefined ? asked : standIn,
    );
  return {
    exchanges:
      until === undefined
        ? behind
        : switchAt(recording, until, {
            before: model === 'live' ? { ...before, model: askedAsThen } : before,
            behind,
            leave: leavePrefix(until, { tape, checklist, latch }),
          }),
    model: standIn,
    divergence: latch.first,
    finish: (events) => {
      const compared = model === 'live' ? undefined : events?.map(withPrompts(matcher.prompts));
      const divergence =
        latch.first() ??
        findEndDivergences(tape, checklist, compared).find((each) => !ledger.accepts(each));
      const unverifiable = ledger.doubts();
      return {
        exchanges: checklist.count(),
        verdict: verdictOf(divergence, unverifiable),
        divergence,
        drifts: ledger.accepted(),
        unverifiable,
        policies: ledger.standings(),
      };
    },
  };
}

/** Which exchanges a session must ask for: those before the cursor, and behind it all that no live one answers. */
function dueBy({
  model = 'recorded',
  tools,
  until = 0,
  unconsumed = 'diverge',
}: ReplayOptions): (exchange: TapedExchange, index: number) => boolean {
  if (unconsumed === 'allow') return () => false;
  if (model === 'recorded') return () => true;
  return ({ t }, index) => index < until || (tools === 'recorded' && t !== 'model');
}

/** The log names the prompt of every turn: where another is accepted, it is compared under the name of the recorded one. */
function withPrompts(prompts: ReadonlyMap<string, string>): (event: SessionEvent) => SessionEvent {
  return (event) => {
    const { fact } = event;
    if (fact.type !== 'model-turn-completed') return event;
    return { ...event, fact: { ...fact, prompt: prompts.get(fact.prompt) ?? fact.prompt } };
  };
}

function verdictOf(
  divergence: Divergence | undefined,
  unverifiable: readonly Drift[],
): ReplayResult['verdict'] {
  if (divergence !== undefined) return 'diverged';
  return unverifiable.length === 0 ? 'same' : 'unverifiable';
}
