import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { HarnessError } from '#harness';
import { recordParcelSession } from '../../testing/parcel-desk.ts';
import { parseAnyRecording } from '../parse-recording.ts';
import { serializeRecording } from '../serialize-recording.ts';

const expectationSchema = z.strictObject({
  valid: z.record(
    z.string(),
    z.strictObject({
      fidelity: z.string(),
      definitions: z.int(),
      exchanges: z.int(),
      events: z.int(),
      edited: z.array(z.int()).optional(),
    }),
  ),
  invalid: z.record(
    z.string(),
    z.strictObject({
      code: z.string(),
      line: z.int().optional(),
      says: z.string(),
      /** What there is of it when it is opened torn; missing for what is not opened either. */
      opens: z.strictObject({ exchanges: z.int(), tornAt: z.int() }).optional(),
    }),
  ),
});

const here = import.meta.dirname;
const expected = expectationSchema.parse(
  JSON.parse(readFileSync(join(here, 'expectations.json'), 'utf8')),
);
const read = (kind: string, name: string): Promise<Buffer> =>
  readFile(join(here, kind, `${name}.jsonl`));

function failureOf(parse: () => unknown): HarnessError {
  try {
    parse();
  } catch (error) {
    if (HarnessError.isInstance(error)) return error;
    throw error;
  }
  throw new Error('it was read');
}

test.each(Object.entries(expected.valid))(
  '%s is read',
  async (name, { edited = [], ...counts }) => {
    const content = await read('valid', name);
    const recording = parseAnyRecording(content, name);
    expect({
      fidelity: recording.header.fidelity,
      definitions: recording.definitions.length,
      exchanges: recording.exchanges.length,
      events: 'events' in recording ? recording.events.outline.length : 0,
    }).toEqual(counts);
    expect(recording.editedLines).toEqual(edited);
    // What is read is written again to the byte; an edited file gets new digests.
    expect(serializeRecording(recording) === content.toString()).toBe(edited.length === 0);
  },
);

test.each(Object.entries(expected.invalid))(
  '%s is refused',
  async (name, { code, line, says, opens }) => {
    const content = await read('invalid', name);
    const error = failureOf(() => parseAnyRecording(content, name));
    expect(error).toMatchObject({ code, ...(line === undefined ? {} : { line }) });
    expect(error.message).toContain(says);
    expect(openedTorn(content, name)).toEqual(opens ?? { code });
  },
);

/** What there is of a file that is opened torn; the code of the error for what is not opened either. */
function openedTorn(content: Buffer, name: string): Readonly<Record<string, unknown>> {
  try {
    const { exchanges, tornAt } = parseAnyRecording(content, name, { torn: 'open' });
    return { exchanges: exchanges.length, tornAt };
  } catch (error) {
    if (HarnessError.isInstance(error)) return { code: error.code };
    throw error;
  }
}

test.each(['valid', 'invalid'] as const)('every %s file has its expectation', async (kind) => {
  const files = (await readdir(join(here, kind))).map((file) => file.replace(/\.jsonl$/, ''));
  expect(files.toSorted()).toEqual(Object.keys(expected[kind]).toSorted());
});

test('the session among them is what the recorder writes', async () => {
  const recording = await recordParcelSession();
  const toolchain = { ai: '7.0.0', groundhog: '0.1.0' };
  const text = serializeRecording({ ...recording, header: { ...recording.header, toolchain } });
  await expect(text).toMatchFileSnapshot('valid/session.jsonl');
});

test('the example of the specification is made of its lines', async () => {
  const page = await readFile(join(here, '../../../docs/recording-format.md'), 'utf8');
  const [, example = ''] = /```jsonl\n([^`]+)\n```/.exec(page) ?? [];
  const shown = example.split('\n');
  const lines = (await read('valid', 'session')).toString().split('\n');
  expect(lines.filter((line) => shown.includes(line))).toEqual(shown);
  expect(shown.length).toBeGreaterThan(5);
});
