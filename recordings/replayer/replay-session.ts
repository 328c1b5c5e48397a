import type { LanguageModelV4 } from '@ai-sdk/provider';
import {
  type Agent,
  type Backing,
  createHarness,
  type Exchanges,
  type MemoryOptions,
  type SessionEvent,
} from '#harness';
import { memoryBacking, simulatedHost } from '#harness/testing';
import { forkPrompts } from '../fork/fork-prompts.ts';
import { firstPlaces, type Recording } from '../format/recording.ts';
import type { Divergence } from './divergence.ts';
import { guardNetwork } from './network-guard.ts';
import { openReplay, type Replay, type ReplayOptions, type ReplayResult } from './open-replay.ts';

export interface ReplaySessionOptions
  extends Pick<ReplayOptions, 'until' | 'drift' | 'asks' | 'unconsumed'> {
  readonly recording: Recording;
  readonly agents: readonly Agent[];
  /** Name of the agent that the session begins with. */
  readonly entry: string;
  /** As the session had it that was recorded. */
  readonly memory?: MemoryOptions;
  /** Keeps the session as it was kept; in memory as it is, when absent. */
  readonly keeping?: (backing: Backing) => Backing;
  /** Whether to stand guard over the network; it is, by default. What is live may need it to be down. */
  readonly guard?: boolean;
  /** Who answers instead of the recording, from the cursor `until` on if there is one. */
  readonly live?: { readonly model?: LanguageModelV4; readonly tools?: boolean };
}

/** What replaying a recording came to. It holds if its verdict is `same` and there is no request to the network. */
export interface ReplayReport extends Omit<ReplayResult, 'divergence'> {
  readonly recording: string;
  /** 0 or 1: nothing goes on after the first. */
  readonly divergences: number;
  /** Requests to the network, all of them stopped; null without a guard, when nobody looked. */
  readonly network: number | null;
  /** The requests themselves, such as `GET http://host/path`. */
  readonly blocked: readonly string[];
  /** From opening the recording to the comparison of events; loading and raising the guard is not part of it. */
  readonly durationMs: number;
  readonly divergence?: Divergence;
  /** The session that the replay produced. */
  readonly events: readonly SessionEvent[];
}

/** Under which conditions a session is replayed: none of them may change what happens. */
export interface ReplayConditions {
  /** Milliseconds since the epoch, by the replaying host. */
  readonly startsAt: number;
  /** Stands before the recording, for instance to change when answers arrive. */
  readonly around: (exchanges: Exchanges) => Exchanges;
}

const sessionId = 'replay';
const runIdOf = (run: number): string => `message-${run}`;

const same = <Value>(value: Value): Value => value;
const usualConditions: ReplayConditions = { startsAt: 0, around: same };

/** A fork says what its agents were told from a place on: so are they told here, whatever they are told by their code. */
function asForked({
  recording,
  agents,
}: ReplaySessionOptions): (exchanges: Exchanges) => Exchanges {
  const { prompts = {}, exchanges = 0 } = recording.header.forkedFrom ?? {};
  return forkPrompts(agents, prompts, firstPlaces(recording, exchanges)).around;
}

/** Runs a recorded session again on a harness in memory: its messages are sent, and the recording answers all else. */
export async function replaySession(
  options: ReplaySessionOptions,
  conditions: ReplayConditions = usualConditions,
): Promise<ReplayReport> {
  const { recording, guard: isGuarded = true } = options;
  using guard = isGuarded ? await guardNetwork({ allow: [] }) : undefined;
  const startedAt = performance.now();
  const { live = {} } = options;
  const replay = openReplay(recording, {
    ...options,
    tools: live.tools === true ? 'live' : 'recorded',
    model: live.model === undefined ? 'recorded' : 'live',
    runIdOf,
  });
  const events = await runSession(replay, options, conditions);
  const { divergence, ...result } = replay.finish(events);
  const blocked = guard?.blocked() ?? [];
  return {
    ...result,
    recording: recording.header.name,
    divergences: divergence === undefined ? 0 : 1,
    network: guard === undefined ? null : blocked.length,
    blocked,
    durationMs: performance.now() - startedAt,
    ...(divergence === undefined ? {} : { divergence }),
    events,
  };
}

async function runSession(
  replay: Replay,
  options: ReplaySessionOptions,
  { startsAt, around }: ReplayConditions,
): Promise<readonly SessionEvent[]> {
  const { recording, agents, entry, memory, live, keeping = same } = options;
  const host = simulatedHost({ startsAt, seed: 1 });
  await using harness = await createHarness({
    agents,
    entry,
    model: live?.model ?? replay.model,
    backing: keeping(memoryBacking(host)),
    host,
    exchanges: around(asForked(options)(replay.exchanges)),
    ...(memory === undefined ? {} : { memory }),
  });
  let runs = 0;
  for (const said of recording.exchanges) {
    if (said.t === 'message') {
      const { text, principal, mode = 'queue' } = said;
      runs += 1;
      const messageId = runIdOf(runs);
      const sent = harness.send({ sessionId, messageId, text, principal, mode });
      const outcome = await settle(sent.then(harness.outcome), replay);
      // The session is somebody else's: what is recorded of this run cannot be asked for, nor what follows from it.
      if (outcome?.kind === 'failed' && outcome.error.code === 'SESSION_MISSING') break;
    }
    // Nothing is there to be cleared: what was said before it is missing, and the replay's end tells.
    if (said.t === 'clear' && runs === 0) break;
    if (said.t === 'clear') {
      const { by, force = false } = said;
      await settle(harness.clear({ sessionId, by, force }), replay);
    }
    if (replay.divergence() !== undefined) break;
  }
  return harness.events(sessionId);
}

/** A run may die of a divergence, which the replay itself reports; of anything else it may not. */
async function settle<Outcome>(
  ending: Promise<Outcome>,
  replay: Replay,
): Promise<Outcome | undefined> {
  try {
    return await ending;
  } catch (error) {
    if (replay.divergence() === undefined) throw error;
    return undefined;
  }
}
