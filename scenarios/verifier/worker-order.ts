import { z } from 'zod';
import { moments } from './crash-point.ts';

/** What a worker process is told to do, as JSON on its command line. Strict: what it does not know it cannot do. */
export const workerOrderSchema = z.strictObject({
  scenario: z.string(),
  /** Path of the recording whose model answers are replayed. */
  recording: z.string(),
  worldUrl: z.string(),
  database: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('pglite'), dataDir: z.string() }),
    z.object({ kind: z.literal('postgres'), url: z.string() }),
  ]),
  /** The same in every life of this worker, different from every other worker's. */
  executorId: z.string(),
  sessionId: z.string(),
  life: z.number(),
  evidence: z.string(),
  mutant: z.string().optional(),
  crash: z
    .strictObject({
      run: z.number(),
      sub: z.number().exactOptional(),
      step: z.string(),
      moment: z.enum(moments),
      delta: z.number().exactOptional(),
    })
    .optional(),
});
export type WorkerOrder = z.infer<typeof workerOrderSchema>;
