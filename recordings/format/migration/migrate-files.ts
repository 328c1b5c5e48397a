import { basename, join } from 'node:path';
import { HarnessError } from '#harness';
import { readBytes, writeRecording } from '../recording-file.ts';
import { liftRecording } from './lift-recording.ts';

export interface MigrationReport {
  /** What was lifted, or would be. */
  readonly migrated: readonly {
    readonly file: string;
    readonly from: number;
    /** Where it is written to. */
    readonly to: string;
  }[];
  /** Files of this version already. */
  readonly current: readonly string[];
  readonly refused: readonly {
    readonly file: string;
    readonly code: string;
    readonly reason: string;
  }[];
}

/**
 * Lifts recordings to this version of the format, each in its place unless `out` names a directory; with `check`, only says
 * what it would do. Each file is written whole or left as it is, and one that cannot be lifted leaves the others alone.
 */
export async function migrateFiles(options: {
  readonly files: readonly string[];
  readonly out?: string | undefined;
  readonly check: boolean;
  /** Whether lines edited by hand become lines like any other. */
  readonly acceptEdits: boolean;
}): Promise<MigrationReport> {
  const { files, out, check } = options;
  const migrated: MigrationReport['migrated'][number][] = [];
  const current: string[] = [];
  const refused: MigrationReport['refused'][number][] = [];
  const taken = new Set<string>();
  for (const file of new Set(files)) {
    const to = out === undefined ? file : join(out, basename(file));
    try {
      const lifted = liftRecording(await readBytes(file), file, options);
      if (lifted === undefined) {
        current.push(file);
      } else if (taken.has(to)) {
        refused.push({ file, code: 'NAME_TAKEN', reason: `Another file is written to ${to}.` });
      } else {
        if (!check) await writeRecording(to, lifted.recording);
        taken.add(to);
        migrated.push({ file, from: lifted.from, to });
      }
    } catch (error) {
      if (!HarnessError.isInstance(error)) throw error;
      refused.push({ file, code: error.code, reason: error.message });
    }
  }
  return { migrated, current, refused };
}
