/**
 * One life of a fork in a database, as a process of its own: what can be killed for real. It stands still at the moment that
 * it is given, says so and waits to be killed. Argument: one JSON value, see `lifeSchema`.
 */
import { enableCompileCache } from 'node:module';
import { z } from 'zod';
import type { StepObserver } from '#harness';

const lifeSchema = z.object({
  recording: z.string(),
  at: z.string(),
  as: z.string(),
  prompts: z.record(z.string(), z.string()),
  database: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('pglite'), dataDir: z.string() }),
    z.object({ kind: z.literal('postgres'), url: z.string() }),
  ]),
  config: z.object({ openAiApiKey: z.string(), openAiBaseUrl: z.string() }),
  model: z.string(),
  /** Where it stands still: the step has run, and nothing of it is saved. */
  inside: z.string(),
});
export type ForkLife = z.infer<typeof lifeSchema>;

if (import.meta.main) await live(lifeSchema.parse(JSON.parse(process.argv[2] ?? '')));

async function live({ recording, as, database, inside, ...options }: ForkLife): Promise<void> {
  // Loading takes most of a life that is over so soon.
  enableCompileCache();
  const { forkRecording } = await import('./fork-recording.ts');
  await forkRecording(recording, {
    ...options,
    home: { as, database },
    observer: standingStill(as, inside),
  });
}

function standingStill(sessionId: string, step: string): StepObserver {
  return {
    before: () => undefined,
    inside: (runId, name) => {
      if (name !== step || !runId.startsWith(sessionId)) return;
      process.stdout.write('here\n', () => {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      });
    },
    after: () => undefined,
  };
}
