import {
  firstPlaces,
  forkPrompts,
  guardNetwork,
  openReplay,
  type Recording,
  type Replay,
  type ReplayOptions,
  type ReplayReport as SessionReplayReport,
} from '#recordings';
import type { Observation } from '../checkers/observation.ts';
import { startWorldServer } from '../desk/world/world-server.ts';
import type { Scenario } from './define-scenario.ts';
import { playScenario } from './play-scenario.ts';
import { scenarioExchanges } from './scenario-exchanges.ts';

export interface ReplayWithToolsOptions extends Pick<ReplayOptions, 'drift' | 'asks'> {
  readonly signal?: AbortSignal;
}

/**
 * Replays a session with its tools at work, in a world of its own, and its people deciding anew: what the model said is
 * recorded, and what a tool comes to must be what it came to. Nothing but that world is within reach.
 */
export async function replayWithTools(
  { scenario, recording }: { readonly scenario: Scenario; readonly recording: Recording },
  { signal, ...options }: ReplayWithToolsOptions,
): Promise<Omit<SessionReplayReport, 'events'>> {
  await using worldServer = await startWorldServer();
  using guard = await guardNetwork({ allow: [worldServer.url] });
  const startedAt = performance.now();
  const replay = openReplay(recording, {
    ...options,
    tools: 'live',
    people: 'live',
    unkeyed: 'run',
    inner: scenarioExchanges(scenario),
  });
  const { agents } = scenario.subject.assemble({ worldUrl: worldServer.url });
  const { prompts = {}, exchanges = 0 } = recording.header.forkedFrom ?? {};
  const told = forkPrompts(agents, prompts, firstPlaces(recording, exchanges));
  const session = await unlessDiverged(replay, () =>
    playScenario(scenario, {
      worldServer,
      model: replay.model,
      exchanges: () => told.around(replay.exchanges),
      ...(signal === undefined ? {} : { signal }),
    }),
  );
  const { divergence, ...result } = replay.finish(session?.events);
  const blocked = guard.blocked();
  return {
    ...result,
    recording: recording.header.name,
    divergences: divergence === undefined ? 0 : 1,
    network: blocked.length,
    blocked,
    durationMs: performance.now() - startedAt,
    ...(divergence === undefined ? {} : { divergence }),
  };
}

/** What a session dies of follows from where it left its recording, which the replay tells. */
async function unlessDiverged(
  replay: Replay,
  play: () => Promise<Observation>,
): Promise<Observation | undefined> {
  try {
    return await play();
  } catch (error) {
    if (replay.divergence() === undefined) throw error;
    return undefined;
  }
}
