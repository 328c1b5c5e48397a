import { scoreRoute } from '#harness';
import type { Scenario } from '#scenarios';

/** How often messages for one agent were scored as another's. */
export interface RouteConfusion {
  /** Every agent that a card or a score names, in order of first appearance. */
  readonly agents: readonly string[];
  /** By the agent on the card, then by the agent that the words speak for. */
  readonly counts: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Share of messages that went where the card says; null without any. */
  readonly accuracy: number | null;
}

/**
 * Where the opening messages of these scenarios would go by their words alone, beside where their cards send them: to the
 * first agent after the one that meets the customer, or to that one. The models route by themselves; this is the yardstick.
 */
export function confuseRoutes(scenarios: readonly Scenario[]): RouteConfusion {
  const scored = scenarios.flatMap(({ subject, route, messages }) => {
    const [entry, next = entry] = route;
    const [opening] = messages;
    if (entry === undefined || next === undefined || opening === undefined) return [];
    return [{ expected: next, found: scoreRoute(opening.text, subject.routes ?? [], entry).agent }];
  });
  const agents = [...new Set(scored.flatMap(({ expected, found }) => [expected, found]))];
  const countOf = (expected: string, found: string): number =>
    scored.filter((each) => each.expected === expected && each.found === found).length;
  const right = scored.filter(({ expected, found }) => expected === found).length;
  return {
    agents,
    counts: Object.fromEntries(
      agents.map((expected) => [
        expected,
        Object.fromEntries(agents.map((found) => [found, countOf(expected, found)])),
      ]),
    ),
    accuracy: scored.length === 0 ? null : right / scored.length,
  };
}
