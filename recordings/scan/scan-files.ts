import { createReadStream } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  addressKind,
  type FoundSecret,
  findInLine,
  type KnownSecret,
} from '../format/find-secrets.ts';
import { isRecordingHeader } from '../format/parse-recording.ts';
import { RecordingMissingError } from '../format/recording-missing-error.ts';

export interface ScanReport {
  /** How many files were read. */
  readonly files: number;
  readonly found: readonly ({ readonly file: string } & FoundSecret)[];
  /** What was not looked into, and why. */
  readonly skipped: readonly { readonly file: string; readonly reason: string }[];
}

/** Directories of other people's files, told when they are named themselves. */
const foreignDirectories = new Set(['.git', 'node_modules']);
const sniffedBytes = 8_192;

/**
 * Looks through recordings, and any other text, for secrets and card numbers; in recordings for e-mail addresses, too. A
 * file is read line by line, so that its size does not matter.
 * @throws RecordingMissingError for a path that is not there.
 */
export async function scanFiles(options: {
  /** Files, and directories with all that is below them. */
  readonly paths: readonly string[];
  readonly known: readonly KnownSecret[];
  readonly signal?: AbortSignal;
}): Promise<ScanReport> {
  const { paths, known, signal } = options;
  const found: ScanReport['found'][number][] = [];
  const skipped: ScanReport['skipped'][number][] = [];
  let files = 0;
  for (const path of new Set(paths)) {
    for await (const { file, reason } of filesAt(path)) {
      signal?.throwIfAborted();
      if (reason !== undefined) {
        skipped.push({ file, reason });
      } else if (await isBinary(file)) {
        skipped.push({ file, reason: 'it is binary' });
      } else {
        files += 1;
        found.push(...(await scanFile(file, known)).map((each) => ({ file, ...each })));
      }
    }
  }
  return { files, found, skipped };
}

interface Entry {
  readonly file: string;
  /** Why it is not looked into. */
  readonly reason?: string;
}

async function* filesAt(path: string): AsyncGenerator<Entry> {
  const state = await lstat(path).catch((error: unknown) => {
    throw new RecordingMissingError(path, error);
  });
  if (!state.isDirectory()) {
    yield state.isFile() ? { file: path } : { file: path, reason: 'it is no file' };
    return;
  }
  const names = (await readdir(path)).toSorted();
  for (const name of names) {
    if (foreignDirectories.has(name)) yield { file: join(path, name), reason: 'it is left out' };
    else yield* filesAt(join(path, name));
  }
}

async function isBinary(file: string): Promise<boolean> {
  await using handle = await open(file);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(sniffedBytes), 0, sniffedBytes, 0);
  return buffer.subarray(0, bytesRead).includes(0);
}

async function scanFile(
  file: string,
  known: readonly KnownSecret[],
): Promise<readonly FoundSecret[]> {
  const found: FoundSecret[] = [];
  let line = 0;
  let isRecording = false;
  for await (const text of createInterface({ input: createReadStream(file, 'utf8') })) {
    line += 1;
    if (line === 1) isRecording = isRecordingHeader(text);
    const here = findInLine(text, line, known);
    // Elsewhere an address is mostly meant: of an author, of an example.
    found.push(...here.filter(({ kind }) => isRecording || kind !== addressKind));
  }
  return found;
}
