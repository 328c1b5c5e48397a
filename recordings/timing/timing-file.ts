import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { replaceFile } from '../format/recording-file.ts';
import { type RecordedTiming, recordedTimingSchema } from './recorded-timing.ts';
import { TimingInvalidError } from './timing-invalid-error.ts';

/** Beside the recording: that one is the same however long things took, and this one never is. */
const timingPath = (recordingFile: string): string =>
  `${recordingFile.replace(/\.jsonl$/, '')}.timing.json`;

/**
 * What was measured of a recording, whichever bytes it had then; undefined where there is no such file.
 * @throws TimingInvalidError
 */
export async function readTiming(recordingFile: string): Promise<RecordedTiming | undefined> {
  const file = timingPath(recordingFile);
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const parsed = recordedTimingSchema.safeParse(jsonIn(text, file));
  if (parsed.success) return parsed.data;
  throw new TimingInvalidError(file, z.prettifyError(parsed.error).replaceAll(/\s+/g, ' '));
}

/** Writes it beside the recording, a place on each line: names of places, which the recording has too, and numbers. Says where. */
export async function writeTiming(recordingFile: string, timing: RecordedTiming): Promise<string> {
  const file = timingPath(recordingFile);
  const { places, ...head } = timing;
  const lines = Object.entries(places).map(
    ([place, each]) => `${JSON.stringify(place)}:${JSON.stringify(each)}`,
  );
  const start = JSON.stringify(head).slice(0, -1);
  await replaceFile(file, `${start},"places":{\n${lines.join(',\n')}\n}}\n`);
  return file;
}

function jsonIn(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TimingInvalidError(file, error instanceof Error ? error.message : String(error));
  }
}
