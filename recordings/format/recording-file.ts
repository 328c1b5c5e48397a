import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type AnyRecording } from './call-recording.ts';
import { findSecrets } from './find-secrets.ts';
import { parseAnyRecording, parseRecording, type ReadingOptions } from './parse-recording.ts';
import type { Recording } from './recording.ts';
import { RecordingMissingError } from './recording-missing-error.ts';
import { SecretFoundError } from './secret-found-error.ts';
import { serializeRecording } from './serialize-recording.ts';

/** @throws RecordingMissingError without a file; what `parseRecording` throws for one that is not usable. */
export async function readRecording(path: string, options?: ReadingOptions): Promise<Recording> {
  return parseRecording(await readBytes(path), path, options);
}

/** As `readRecording`, for what may hold calls and no session. */
export async function readAnyRecording(
  path: string,
  options?: ReadingOptions,
): Promise<AnyRecording> {
  return parseAnyRecording(await readBytes(path), path, options);
}

/** @throws RecordingMissingError without a file. */
export async function readBytes(path: string): Promise<Buffer> {
  return readFile(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new RecordingMissingError(path, error);
    }
    throw error;
  });
}

/**
 * Writes the whole file or leaves what was there. `secrets` are values that must not be in it, beside what looks like one.
 * @throws SecretFoundError, and nothing is written.
 */
export async function writeRecording(
  path: string,
  recording: AnyRecording,
  { secrets = [] }: { readonly secrets?: readonly string[] } = {},
): Promise<void> {
  await writeText(path, serializeRecording(recording), secrets);
}

/** As `writeRecording`, for the text of one, or of what lies beside it. */
export async function writeText(
  path: string,
  text: string,
  secrets: readonly string[] = [],
): Promise<void> {
  const known = secrets.map((value) => ({ value, kind: 'a secret that is in use' }));
  const found = findSecrets(text, known);
  if (found.length > 0) throw new SecretFoundError(path, found);
  await replaceFile(path, text);
}

/** Writes the whole file or leaves what was there. For what has been looked through, or has no words of anybody in it. */
export async function replaceFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await writeFile(draft, text, { flush: true });
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}
