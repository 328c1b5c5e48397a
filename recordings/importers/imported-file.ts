import { endSchema } from '../format/recording.ts';
import { readText, writeText } from '../format/recording-file.ts';
import { editedLines, linesOf, parseLine } from '../format/recording-lines.ts';
import { RecordingTornError } from '../format/recording-torn-error.ts';
import { endOf } from '../format/serialize-recording.ts';
import {
  type ImportedRecording,
  importedExchangeSchema,
  importedHeaderSchema,
} from './imported-recording.ts';

export async function readImported(path: string): Promise<ImportedRecording> {
  return parseImported(await readText(path), path);
}

/**
 * Reads the text of an imported recording; `file` names it in errors.
 * @throws RecordingTornError when it ends early, RecordingInvalidError for a line that is not what the format says.
 */
export function parseImported(text: string, file: string): ImportedRecording {
  const lines = linesOf(text, file);
  const [first, ...rest] = lines;
  if (first === undefined) throw new RecordingTornError(file, 1);
  const header = parseLine(importedHeaderSchema, first, file);
  const last = rest.pop();
  if (last === undefined || !endSchema.safeParse(last.value).success) {
    throw new RecordingTornError(file, lines.length + 1);
  }
  const end = parseLine(endSchema, last, file);
  const exchanges = rest.map((line) => parseLine(importedExchangeSchema, line, file));
  const counts = { exchanges: exchanges.length, events: 0 };
  return { header, exchanges, editedLines: editedLines(lines.slice(0, -1), end, counts) };
}

/** @throws SecretFoundError, and nothing is written. */
export async function writeImported(path: string, recording: ImportedRecording): Promise<void> {
  await writeText(path, serializeImported(recording));
}

function serializeImported({ header, exchanges }: ImportedRecording): string {
  const lines = [header, ...exchanges].map((line) => JSON.stringify(line));
  const end = endOf(lines, { exchanges: exchanges.length, events: 0 });
  return [...lines, JSON.stringify(end)].map((line) => `${line}\n`).join('');
}
