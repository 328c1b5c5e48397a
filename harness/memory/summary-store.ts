import { HarnessError } from '../host/harness-error.ts';
import { type Kept, keptSchema, type Memory } from './memory.ts';

/** A version of a session's running summary, and the step that made it. */
export interface SummaryDraft extends Memory {
  readonly tenant: string;
  readonly sessionId: string;
  readonly runId: string;
  readonly step: string;
  readonly tokensBefore: number;
  readonly tokensAfter: number;
}

/** A version that an earlier run has made. */
export interface Remembered extends Memory {
  readonly runId: string;
}

/**
 * Where running summaries live. Two implementations: SQL and memory; `harness/storage/summary-store.test.ts` is what both pass.
 *
 *   M1. A step that is told twice has made one version; the first one stays.
 *   M2. A version is never made by two steps: the second is refused.
 *   M3. What an earlier epoch of the session remembers is not read.
 */
export interface SummaryStore {
  readonly add: (draft: SummaryDraft) => Promise<void>;
  /** The latest version that other runs than this one have made: the same in every life of the run. */
  readonly latestBefore: (sessionId: string, runId: string) => Promise<Remembered | undefined>;
}

/** Reads what was kept, by whatever version of this code. Throws MemoryUnreadableError: forgetting silently is no answer. */
export function readKept(value: unknown, place: Pick<SummaryDraft, 'sessionId' | 'version'>): Kept {
  const parsed = keptSchema.safeParse(value);
  if (!parsed.success) throw new MemoryUnreadableError(place);
  return parsed.data;
}

export class MemoryUnreadableError extends HarnessError {
  readonly version: number;

  constructor({ sessionId, version }: Pick<SummaryDraft, 'sessionId' | 'version'>) {
    super({
      code: 'MEMORY_UNREADABLE',
      message: `Version ${version} of what session ${sessionId} remembers is not in a form this version reads.`,
      hint: 'Run the version that wrote it, or delete the summary: the session is then read from its log.',
    });
    this.version = version;
  }
}

/** Another step has made this version: two runs of one session were at work at once. */
export class SummaryVersionTakenError extends HarnessError {
  constructor({ sessionId, version, runId, step }: SummaryDraft) {
    super({
      code: 'SUMMARY_VERSION_TAKEN',
      message: `Version ${version} of what session ${sessionId} remembers is there already, and not by ${step} of ${runId}.`,
      hint: 'Two processes run this session at once; see which of them should not.',
    });
  }
}
