import { type Exchanges, fingerprint, openExchanges } from '#harness';
import type { Scenario } from './define-scenario.ts';

/** A W3C trace id: what the harness rolls dice for. */
const diceDigits = 32;

/**
 * The scenario's own clock and dice; people, models and tools are let through. It keeps nothing: the same place is
 * answered the same in every life of the session.
 */
export function scenarioExchanges({ id, world }: Pick<Scenario, 'id' | 'world'>): Exchanges {
  const now = Date.parse(world.now);
  return {
    ...openExchanges,
    clock: () => now,
    dice: ({ lane, ordinal }) => fingerprint([id, lane, ordinal]).slice(0, diceDigits),
  };
}
