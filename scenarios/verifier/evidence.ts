import { appendFileSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { z } from 'zod';
import { observedSessionSchema } from './observed-session.ts';

// What a worker leaves behind, line by line, for whoever looks after its death. Written with one synchronous call a
// line: what is written is there, however the process ends next.

const lineSchema = z.discriminatedUnion('kind', [
  /** A life of the worker began. */
  z.object({ kind: z.literal('life'), life: z.number() }),
  /** A model was called: `step` is the step that called it. */
  z.object({
    kind: z.literal('model-call'),
    life: z.number(),
    runId: z.string(),
    step: z.string(),
    lane: z.string(),
    ordinal: z.number(),
  }),
  /** A step of a sub-agent's run was saved. */
  z.object({ kind: z.literal('saved'), life: z.number(), runId: z.string(), step: z.string() }),
  /** A crash point was reached, and this is where; the next thing that happens is SIGKILL or SIGSTOP. */
  z.object({ kind: z.literal('landed'), life: z.number(), runId: z.string(), step: z.string() }),
  /** A server that stands beside another is open, has looked around and has nothing to do. */
  z.object({ kind: z.literal('ready'), life: z.number() }),
  /** The server that stood still is let go on, now: filed with what the one beside it says, and by whoever wakes it. */
  z.object({ kind: z.literal('woken'), life: z.number() }),
  /** The session ended and this is what it came to. */
  z.object({
    kind: z.literal('session'),
    life: z.number(),
    session: observedSessionSchema,
    /** Where it left its recording, if it did, in words. */
    divergence: z.string().optional(),
  }),
]);
export type EvidenceLine = z.infer<typeof lineSchema>;

/** The writing end, held by the worker. */
export function openEvidence(path: string): (line: EvidenceLine) => void {
  const file = openSync(path, 'a');
  return (line) => {
    writeSync(file, `${JSON.stringify(line)}\n`);
  };
}

/** What somebody else has to add. */
export function addEvidence(path: string, line: EvidenceLine): void {
  appendFileSync(path, `${JSON.stringify(line)}\n`);
}

/** Everything written so far. A line cut short by a kill never happened. */
export function readEvidence(path: string): readonly EvidenceLine[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.slice(0, -1).map((line) => lineSchema.parse(JSON.parse(line)));
}
