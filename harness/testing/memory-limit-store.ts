import { assertAmount, type LimitStore } from '../safety/limits.ts';
import type { LimitUse } from '../session/limit-use.ts';

/** Limits in memory: keeps Q1 to Q4 within the process. */
export function memoryLimitStore(): LimitStore {
  let counted: readonly LimitUse[] = [];
  const isKnown = (use: LimitUse): boolean =>
    counted.some(({ limit, key }) => limit === use.limit && key === use.key);
  const usedIn = (use: LimitUse): number =>
    counted
      .filter(
        ({ limit, windowStartMs }) => limit === use.limit && windowStartMs === use.windowStartMs,
      )
      .reduce((total, { amount }) => total + amount, 0);
  return {
    use: async (uses) => {
      for (const use of uses) assertAmount(use);
      const allowed = uses.map(
        (use) => isKnown(use) || usedIn(use) + Math.max(use.amount, 1) <= use.max,
      );
      if (!allowed.includes(false)) {
        counted = [...counted, ...uses.filter((use) => use.amount > 0 && !isKnown(use))];
      }
      return uses.map((use, index) => ({
        limit: use.limit,
        allowed: allowed[index] ?? false,
        used: usedIn(use),
      }));
    },
    purge: async (beforeMs) => {
      const before = counted.length;
      counted = counted.filter(({ windowStartMs }) => windowStartMs >= beforeMs);
      return before - counted.length;
    },
  };
}
