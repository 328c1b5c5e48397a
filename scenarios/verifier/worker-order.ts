import { z } from 'zod';
import { moments } from './crash-point.ts';

/** What is under test: the harness, or what must not pass for one. */
const crashSubjects = ['harness', 'in-memory-loop'] as const;
export type CrashSubject = (typeof crashSubjects)[number];

/** What a worker process is told to do, as JSON on its command line. Strict: what it does not know it cannot do. */
export const workerOrderSchema = z.strictObject({
  /** An id of ours, or the absolute path of a file that exports one. */
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
  /** Servers of one application may take up each other's runs; by itself a worker is an application of its own. */
  application: z.string(),
  /** `beside`: sends nothing and takes up what there is, until it is killed. */
  role: z.enum(['plays', 'beside']),
  /** What happens at the crash point: killed for good, or stopped until somebody lets it go on. */
  fault: z.enum(['kill', 'stop']),
  /** How often it looks for runs of servers that are gone, milliseconds; as the harness does by default. */
  takeOverEveryMs: z.number().exactOptional(),
  sessionId: z.string(),
  life: z.number(),
  evidence: z.string(),
  mutant: z.string().optional(),
  /** `in-memory-loop`: no harness and no database, and nothing outlives a life. */
  subject: z.enum(crashSubjects),
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
