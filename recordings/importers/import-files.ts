import { basename, extname, join } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import { findSecrets } from '../format/find-secrets.ts';
import { type CallHeader, formatVersion } from '../format/header.ts';
import { writeRecording } from '../format/recording-file.ts';
import { leftBecause } from './foreign/collect.ts';
import { readForeignText } from './foreign/read-foreign-text.ts';
import { readDevtools } from './formats/devtools.ts';
import { readHar } from './formats/har.ts';
import { readOpenAiAnswers } from './formats/openai-sse.ts';
import { readOtel } from './formats/otel.ts';
import { readCassette } from './formats/vcr.ts';
import type { Found, Importer, Left } from './importer.ts';
import { takeOver } from './take-over.ts';

const importers = {
  vcr: readCassette,
  'openai-sse': readOpenAiAnswers,
  har: readHar,
  devtools: readDevtools,
  otel: readOtel,
} as const satisfies Readonly<Record<string, Importer>>;
export type ImportFormat = keyof typeof importers;

/** The formats that are read, by name. */
export const importFormats: readonly ImportFormat[] = [
  'vcr',
  'openai-sse',
  'har',
  'devtools',
  'otel',
];

export interface ImportReport {
  /** How many recordings were written. */
  readonly imported: number;
  /** What was not taken over; for a file that gave no recording, at least one entry. */
  readonly skipped: readonly (Left & { readonly file: string })[];
  readonly recordings: readonly WrittenImport[];
}

export interface WrittenImport {
  readonly file: string;
  readonly recording: string;
  readonly fidelity: CallHeader['fidelity'];
  readonly exchanges: number;
  readonly losses: readonly string[];
}

/**
 * Imports files of another tool, one or more recordings each. Whatever is in a file, the others are imported: what is of no
 * use is told with its line. An answer that the provider would not read as it was recorded is not taken over.
 */
export async function importFiles(options: {
  readonly format: ImportFormat;
  readonly files: readonly string[];
  /** Directory to write to. */
  readonly out: string;
  readonly signal?: AbortSignal;
}): Promise<ImportReport> {
  const { format, files, out, signal } = options;
  const nameOf = createNames();
  const skipped: ImportReport['skipped'][number][] = [];
  const recordings: WrittenImport[] = [];
  for (const file of files) {
    signal?.throwIfAborted();
    const { written, left } = await importFile({ format, file, out, nameOf });
    recordings.push(...written);
    skipped.push(...left.map((each) => ({ file, ...each })));
  }
  return { imported: recordings.length, skipped, recordings };
}

interface FileImport {
  readonly format: ImportFormat;
  readonly file: string;
  readonly out: string;
  readonly nameOf: (wanted: string) => string;
}

interface FileReport {
  readonly written: readonly WrittenImport[];
  readonly left: readonly Left[];
}

async function importFile(options: FileImport): Promise<FileReport> {
  try {
    const harvest = importers[options.format](await readForeignText(options.file));
    const written: WrittenImport[] = [];
    const left: Left[] = [...harvest.left];
    for (const found of harvest.found) {
      const report = await importFound(found, options);
      written.push(...report.written);
      left.push(...report.left);
    }
    const nothing = { line: 1, reason: 'it holds no call of a model' };
    return { written, left: written.length + left.length === 0 ? [nothing] : left };
  } catch (error) {
    return { written: [], left: [leftBecause(error, 1)] };
  }
}

async function importFound(found: Found, options: FileImport): Promise<FileReport> {
  const { format, file, out, nameOf } = options;
  const { fidelity, exchanges, losses, left } = await takeOver(found);
  if (exchanges.length === 0) return { written: [], left };
  const base = basename(file, extname(file));
  const name = nameOf(found.part === undefined ? base : `${base}.${found.part}`);
  const header: CallHeader = {
    t: 'recording',
    v: formatVersion,
    fidelity,
    name,
    made: `imported:${format}`,
    source: basename(file),
    losses: [...losses],
    toolchain: { groundhog: manifest.version },
  };
  const [secret] = findSecrets(JSON.stringify(header));
  if (secret !== undefined) {
    const reason = `its recording would hold ${secret.kind} in ${secret.field ?? 'its header'}: name the file otherwise`;
    return { written: [], left: [...left, { line: 1, reason }] };
  }
  const recording = join(out, `${name}.jsonl`);
  await writeRecording(recording, { header, definitions: [], exchanges, editedLines: [] });
  return { written: [{ file, recording, fidelity, exchanges: exchanges.length, losses }], left };
}

/** File names: safe in any directory, and each given once. */
function createNames(): (wanted: string) => string {
  const counts = new Map<string, number>();
  return (wanted) => {
    const safe = wanted.replaceAll(/[^\p{L}\p{N}._[\]-]+/gu, '_').replace(/^\.+/, '_') || '_';
    const count = (counts.get(safe) ?? 0) + 1;
    counts.set(safe, count);
    return count === 1 ? safe : `${safe}~${count}`;
  };
}
