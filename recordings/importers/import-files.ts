import { basename, join } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import { findSecrets } from '../format/find-secrets.ts';
import { type CallHeader, formatVersion } from '../format/header.ts';
import { replaceFile } from '../format/recording-file.ts';
import { serializeRecording } from '../format/serialize-recording.ts';
import { leftBecause } from './foreign/collect.ts';
import { likelyFormat } from './foreign/likely-format.ts';
import { type ListedFile, listFiles } from './foreign/list-files.ts';
import { readForeignText } from './foreign/read-foreign-text.ts';
import { readDevtools } from './formats/devtools.ts';
import { readHar } from './formats/har.ts';
import { readOpenAiAnswers } from './formats/openai-sse.ts';
import { readOtel } from './formats/otel.ts';
import { readCassette } from './formats/vcr.ts';
import { ImportOutputError } from './import-output-error.ts';
import type { Found, Harvest, Importer, Left } from './importer.ts';
import { createNames, type RecordingNames } from './recording-names.ts';
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

const megabytes = 1024 * 1024;
/** Small values cost more memory than long texts do. */
const largestBytes: Readonly<Record<ImportFormat, number>> = {
  vcr: 256 * megabytes,
  har: 256 * megabytes,
  'openai-sse': 128 * megabytes,
  devtools: 128 * megabytes,
  otel: 128 * megabytes,
};

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
  /** Files; directories, for all that is below them; `-` for standard input. */
  readonly files: readonly string[];
  /** Directory to write to. */
  readonly out: string;
  readonly signal?: AbortSignal;
}): Promise<ImportReport> {
  const { format, files, out, signal } = options;
  const names = createNames(out);
  const skipped: ImportReport['skipped'][number][] = [];
  const recordings: WrittenImport[] = [];
  for (const file of await listFiles(files)) {
    signal?.throwIfAborted();
    const { written, left } = await importFile({ format, file, out, names });
    recordings.push(...written);
    skipped.push(...left.map((each) => ({ file: file.path, ...each })));
  }
  return { imported: recordings.length, skipped, recordings };
}

interface FileImport {
  readonly format: ImportFormat;
  readonly file: ListedFile;
  readonly out: string;
  readonly names: RecordingNames;
}

interface FileReport {
  readonly written: readonly WrittenImport[];
  readonly left: readonly Left[];
}

async function importFile(options: FileImport): Promise<FileReport> {
  try {
    const { file, format } = options;
    const text = await readForeignText(file.path, largestBytes[format]);
    const harvest = harvestOf(text, format);
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
    if (error instanceof ImportOutputError) throw error;
    return { written: [], left: [leftBecause(error, 1)] };
  }
}

/** Of a file that holds nothing of its format, and looks like one of another, is said what it looks like. */
function harvestOf(text: string, format: ImportFormat): Harvest {
  const harvest = attempt(() => importers[format](text));
  if (harvest.found.some(({ exchanges }) => exchanges.length > 0)) return harvest;
  const likely = likelyFormat(text);
  if (likely === undefined || likely === format) return harvest;
  const reason = `it is nothing that import ${format} reads, and looks like what import ${likely} does`;
  return { found: [], left: [{ line: harvest.left[0]?.line ?? 1, reason }] };
}

function attempt(read: () => Harvest): Harvest {
  try {
    return read();
  } catch (error) {
    return { found: [], left: [leftBecause(error, 1)] };
  }
}

async function importFound(found: Found, options: FileImport): Promise<FileReport> {
  const { format, file, out, names } = options;
  const { fidelity, exchanges, losses, left } = await takeOver(found);
  if (exchanges.length === 0) return { written: [], left };
  const made = `imported:${format}`;
  const source = basename(file.path);
  const wanted = found.part === undefined ? file.name : `${file.name}.${found.part}`;
  const name = await names.nameOf(wanted, { made, source }).catch((error: unknown) => {
    throw new ImportOutputError(out, error);
  });
  const header: CallHeader = {
    t: 'recording',
    v: formatVersion,
    fidelity,
    name,
    made,
    source,
    losses: [...losses],
    toolchain: { groundhog: manifest.version },
  };
  const [secret] = findSecrets(JSON.stringify(header));
  if (secret !== undefined) {
    const reason = `its recording would hold ${secret.kind} in ${secret.field ?? 'its header'}: name the file otherwise`;
    return { written: [], left: [...left, { line: 1, reason }] };
  }
  const recording = join(out, `${name}.jsonl`);
  // Header and exchanges have been looked through.
  const text = serializeRecording({ header, definitions: [], exchanges, editedLines: [] });
  await replaceFile(recording, text).catch((error: unknown) => {
    throw new ImportOutputError(out, error);
  });
  return {
    written: [{ file: file.path, recording, fidelity, exchanges: exchanges.length, losses }],
    left,
  };
}
