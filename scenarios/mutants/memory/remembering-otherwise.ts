import type { Backing } from '#harness';
import type { HarnessParts } from '../mutant.ts';

type Remembered = NonNullable<Awaited<ReturnType<Backing['summaries']['latestBefore']>>>;

/** The same parts, whose runs read of what earlier ones remember what `change` makes of it. */
export function rememberingOtherwise(
  { agents, entry, backing }: HarnessParts,
  change: (memory: Remembered) => Remembered,
): HarnessParts {
  const { summaries } = backing;
  return {
    agents,
    entry,
    backing: {
      ...backing,
      summaries: {
        ...summaries,
        latestBefore: async (sessionId, runId) => {
          const memory = await summaries.latestBefore(sessionId, runId);
          return memory === undefined ? undefined : change(memory);
        },
      },
    },
  };
}
