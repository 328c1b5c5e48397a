/** Lets a bounded number of a family in at a time, first come first served. */
export interface Turnstile {
  /** Resolves when it is the caller's turn; what it returns lets the next one in. */
  readonly enter: (family: string, limit: number) => Promise<() => void>;
}

interface Family {
  inside: number;
  readonly waiting: (() => void)[];
}

/**
 * Of this process: the sub-agents of a run are run where the run is. It holds over a crash too, because whoever is
 * recovered enters anew.
 */
export function createTurnstile(): Turnstile {
  const families = new Map<string, Family>();
  return {
    enter: async (name, limit) => {
      const family = families.get(name) ?? { inside: 0, waiting: [] };
      families.set(name, family);
      if (family.inside >= limit) {
        const turn = Promise.withResolvers<void>();
        family.waiting.push(turn.resolve);
        await turn.promise;
      } else {
        family.inside += 1;
      }
      return () => {
        // Whoever waits takes the place over.
        const next = family.waiting.shift();
        if (next !== undefined) {
          next();
          return;
        }
        family.inside -= 1;
        if (family.inside === 0) families.delete(name);
      };
    },
  };
}
