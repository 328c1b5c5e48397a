import { appendFileSync, readFileSync, truncateSync } from 'node:fs';
import { z } from 'zod';
import { jsonSchema } from '#harness';
import { type EffectRequest, ledgerEntrySchema } from './ledger.ts';

const requestSchema = z.strictObject({
  kind: ledgerEntrySchema.shape.kind,
  key: z.string().nullable(),
  body: jsonSchema,
});

/** The requests for effects that have reached a world: it can be made again of them, as it was (W3). */
export interface WorldJournal {
  readonly kept: readonly EffectRequest[];
  /** Keeps one before anything comes of it. */
  readonly keep: (request: EffectRequest) => void;
}

/** Keeps a world's requests in a file that is there, one a line, so that it outlives the process that serves the world. */
export function openWorldJournal(path: string): WorldJournal {
  const text = readFileSync(path, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  // Nobody was answered for a line that was torn when its process was killed.
  truncateSync(path, Buffer.byteLength(whole));
  return {
    kept: whole
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => requestSchema.parse(JSON.parse(line))),
    // Not later, and not by the way: a process that is killed loses what it still holds.
    keep: (request) => appendFileSync(path, `${JSON.stringify(request)}\n`),
  };
}
