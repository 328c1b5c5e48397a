import type { Observation } from '../checkers/observation.ts';
import type { WorldServer } from '../desk/world/world-server.ts';
import type { Scenario } from './define-scenario.ts';
import { playSession, type SessionOptions } from './play-session.ts';

export interface PlayOptions extends SessionOptions {
  /** Where the scenario's world is created. */
  readonly worldServer: WorldServer;
}

/** Plays a scenario in a world of its own and says all that can be seen when it is over. */
export async function playScenario(
  scenario: Scenario,
  { worldServer, ...options }: PlayOptions,
): Promise<Observation> {
  const world = worldServer.createWorld(scenario.world);
  const session = await playSession(scenario, { ...options, worldUrl: world.url });
  return { ...session, world: world.snapshot(), ledger: world.ledger() };
}
