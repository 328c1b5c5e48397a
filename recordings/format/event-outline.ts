import { fingerprint, inLogicalOrder, type SessionEvent } from '#harness';
import { createAliases } from './aliases.ts';
import { asJson } from './json.ts';
import type { EventOutline } from './recording.ts';
import { withoutAddresses } from './redaction.ts';

const digestCharacters = 12;

/**
 * A session's events without their ids, times and e-mail addresses: two sessions in which the same happened have the same
 * outline.
 */
export function outlineOf(log: readonly SessionEvent[]): EventOutline {
  const events = inLogicalOrder(log);
  const aliases = createAliases();
  const facts = events.map(({ fact }) => withoutAddresses(aliases.in(asJson(fact))));
  return {
    t: 'events',
    outline: events.map(({ step, fact }, index) => [
      step,
      fact.type,
      fingerprint(facts[index]).slice(0, digestCharacters),
    ]),
    hash: fingerprint(facts),
  };
}
