import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordParcelSession } from '../testing/parcel-desk.ts';
import { parseRecording } from './parse-recording.ts';
import { readRecording, writeRecording } from './recording-file.ts';
import { serializeRecording } from './serialize-recording.ts';

const recording = await recordParcelSession();
const text = serializeRecording(recording);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recordings-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A copy of the text with one line replaced, as an edit would leave it. */
function withLine(number: number, change: (line: string) => string): string {
  return text
    .split('\n')
    .map((line, index) => (index === number - 1 ? change(line) : line))
    .join('\n');
}

function errorOf(content: string): Error {
  try {
    parseRecording(content, 'copy.jsonl');
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it was read');
}

test('what is written is read as it was', async () => {
  const path = join(folder, 'deep', 'parcel-desk.jsonl');
  await writeRecording(path, recording);
  expect(await readRecording(path)).toEqual(recording);
  expect(await readFile(path, 'utf8')).toBe(text);
  expect(await readdir(join(folder, 'deep'))).toEqual(['parcel-desk.jsonl']);
});

test('a recording that is not there is said to be missing', async () => {
  await expect(readRecording(join(folder, 'none.jsonl'))).rejects.toMatchObject({
    code: 'RECORDING_MISSING',
  });
});

test('a secret keeps the file from being written, and is not repeated', async () => {
  const key = `sk-${randomBytes(16).toString('hex')}`;
  const path = join(folder, 'secret.jsonl');
  await writeFile(path, 'what was there');
  const leaky = parseRecording(text.replace('in transit', key), 'leaky');
  const error = await writeRecording(path, leaky).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'RECORDING_HOLDS_SECRET' });
  expect(String(error)).toContain(
    'line 14 at /outcome/output/status holds an OpenAI or Anthropic key',
  );
  expect(String(error)).not.toContain(key);
  expect(await readFile(path, 'utf8')).toBe('what was there');
});

test('a secret in use keeps the file from being written, whatever it looks like', async () => {
  const path = join(folder, 'in-use.jsonl');
  const written = writeRecording(path, recording, { secrets: ['in transit'] });
  await expect(written).rejects.toThrow('a secret that is in use');
});

test('a text that stops within a line is torn at that line', () => {
  const cut = text.slice(0, text.indexOf('"t":"clock"') + 5);
  expect(errorOf(cut)).toMatchObject({ code: 'RECORDING_TORN' });
  expect(errorOf(cut).message).toContain('copy.jsonl is torn at line 9');
});

test('a text that stops between two lines is torn, too', () => {
  const lines = text.split('\n').slice(0, 12);
  expect(errorOf(`${lines.join('\n')}\n`).message).toContain('copy.jsonl is torn at line 13');
  expect(errorOf('').message).toContain('copy.jsonl is torn at line 1');
});

test('another version is refused by its number', () => {
  const later = withLine(1, (line) => line.replace('"v":3', '"v":4'));
  expect(errorOf(later)).toMatchObject({
    code: 'RECORDING_VERSION_UNKNOWN',
    hint: 'Use the release that wrote it, or record the session again.',
  });
  expect(errorOf(later).message).toContain('a recording of version 4');
  const earlier = withLine(1, (line) => line.replace('"v":3', '"v":1'));
  expect(errorOf(earlier)).toMatchObject({ hint: 'Lift it: npx groundhog migrate FILE.' });
});

test('a torn text is opened up to its last whole line where that is asked for, and is not written again', () => {
  const lines = text.split('\n');
  const cut = `${lines.slice(0, 12).join('\n')}\n${lines[12]?.slice(0, 9)}`;
  const torn = parseRecording(cut, 'copy.jsonl', { torn: 'open' });
  const { header, definitions } = recording;
  const exchanges = recording.exchanges.slice(0, 11 - definitions.length);
  const events = { t: 'events', outline: [], hash: '' };
  expect(torn).toEqual({ header, definitions, exchanges, events, editedLines: [], tornAt: 13 });
  expect(() => serializeRecording(torn)).toThrow('torn at line 13');
  const endless = `${lines.slice(0, -2).join('\n')}\n`;
  expect(parseRecording(endless, 'copy.jsonl', { torn: 'open' })).toEqual({
    ...recording,
    tornAt: lines.length - 1,
  });
  expect(parseRecording(text, 'copy.jsonl', { torn: 'open' })).toEqual(recording);
});

interface Damage {
  readonly what: string;
  readonly line: number;
  readonly change: readonly [before: string, after: string];
  readonly reason: string;
}

const damages: readonly Damage[] = [
  { what: 'a line that is not JSON', line: 9, change: ['}', ''], reason: 'it is not JSON' },
  { what: 'an unknown kind of line', line: 9, change: ['"clock"', '"clack"'], reason: 'at t' },
  { what: 'an unknown property', line: 9, change: ['{', '{"more":1,'], reason: '"more"' },
  {
    what: 'a place that is taken',
    line: 10,
    change: ['"n":2', '"n":1'],
    reason: 'place 1#1 is taken by line 9',
  },
  {
    what: 'a request that keeps too much',
    line: 11,
    change: ['"keep":0', '"keep":1'],
    reason: 'it keeps 1 messages of a request that has 0',
  },
  {
    what: 'a request that names no prompt',
    line: 11,
    change: ['prompt:reception', 'prompt:x'],
    reason: 'nothing defines prompt:x',
  },
  {
    what: 'a definition under a taken id',
    line: 4,
    change: ['"id":"prompt:parcels"', '"id":"tool:handoff"'],
    reason: 'tool:handoff is taken by line 3',
  },
  {
    what: 'a stream part that is none',
    line: 11,
    change: ['"deltas":["One moment."]', '"delta":"One"'],
    reason: 'parts',
  },
];

test.each(damages)('$what is refused with its line', ({ line, change, reason }) => {
  const error = errorOf(withLine(line, (each) => each.replace(...change)));
  expect(error).toMatchObject({ code: 'RECORDING_INVALID' });
  expect(error.message).toContain(reason);
  expect(error.message).toContain(`Line ${line} of copy.jsonl`);
});

test('lines changed afterwards are told by number', () => {
  expect(editedLinesOf(text)).toEqual([]);
  expect(editedLinesOf(withLine(9, (line) => line.replace('"value":', '"value": ')))).toEqual([9]);
  expect(editedLinesOf(text.replaceAll('"value":', '"value": '))).toContain(20);
  const clock = text.split('\n')[8];
  expect(editedLinesOf(text.replace(`${clock}\n`, ''))).toEqual([9]);
});

function editedLinesOf(content: string): readonly number[] {
  return parseRecording(content, 'copy.jsonl').editedLines;
}
