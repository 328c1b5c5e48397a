import { glob, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { HarnessError } from '#harness';
import { isSession } from '../format/call-recording.ts';
import { readAnyRecording } from '../format/recording-file.ts';
import { RecordingMissingError } from '../format/recording-missing-error.ts';
import { driveImported } from './replay-imported.ts';

export interface VerifyReport {
  /** How many recordings there are. */
  readonly recordings: number;
  readonly ok: number;
  readonly failed: readonly { readonly file: string; readonly reason: string }[];
}

/**
 * Reads a recording, or every one below a directory, but for what lies in packages: each must be whole and as it was written, and the answers of an imported one must
 * come out of the provider as they were recorded. A session is run again by `replay`, which knows its scenario.
 */
export async function verifyDirectory(path: string): Promise<VerifyReport> {
  const files = await recordingsAt(path);
  const failed: VerifyReport['failed'][number][] = [];
  for (const file of files) {
    const reason = await faultIn(file);
    if (reason !== undefined) failed.push({ file, reason });
  }
  return { recordings: files.length, ok: files.length - failed.length, failed };
}

/** @throws RecordingMissingError where nothing is. */
async function recordingsAt(path: string): Promise<readonly string[]> {
  const found = await stat(path).catch((error: unknown) => {
    throw new RecordingMissingError(path, error);
  });
  if (!found.isDirectory()) return [path];
  const files: string[] = [];
  for await (const file of glob('**/*.jsonl', { cwd: path, exclude: isPackages })) {
    files.push(join(path, file));
  }
  return files.toSorted();
}

const isPackages = (path: string): boolean => basename(path) === 'node_modules';

async function faultIn(path: string): Promise<string | undefined> {
  try {
    const edited = await editedIn(path);
    return typeof edited === 'string' ? edited : editedReason(edited);
  } catch (error) {
    if (HarnessError.isInstance(error)) return error.message;
    throw error;
  }
}

/** The lines that were edited, or what else is wrong. */
async function editedIn(path: string): Promise<readonly number[] | string> {
  const recording = await readAnyRecording(path);
  if (isSession(recording) || recording.editedLines.length > 0) return recording.editedLines;
  const [difference] = (await driveImported(recording)).differences;
  return difference ?? [];
}

function editedReason(lines: readonly number[]): string | undefined {
  return lines.length === 0 ? undefined : `edited after it was written: line ${lines.join(', ')}`;
}
