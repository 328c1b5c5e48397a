/** Words that speak for an agent, each with its weight. */
export interface Route {
  readonly agent: string;
  /** A word counts where one of the message begins with it: `refund` also for `refunded`. Lower case, positive weights. */
  readonly weights: Readonly<Record<string, number>>;
}

export interface ScoredRoute {
  readonly agent: string;
  /** 0 when no word of any route occurs. */
  readonly score: number;
}

/**
 * The agent that a message's words speak for most: no model, the same answer always, an answer for every message. Where no
 * word speaks for anybody it is `fallback`; among equals the one that is listed first.
 */
export function scoreRoute(text: string, routes: readonly Route[], fallback: string): ScoredRoute {
  const words =
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  let best: ScoredRoute = { agent: fallback, score: 0 };
  for (const { agent, weights } of routes) {
    const score = Object.entries(weights)
      .filter(([stem]) => words.some((word) => word.startsWith(stem)))
      .reduce((sum, [, weight]) => sum + weight, 0);
    if (score > best.score) best = { agent, score };
  }
  return best;
}
