import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';

const root = join(import.meta.dirname, '../..');
const fixture = (name: string): string => join(root, 'recordings/importers/fixtures', name);
let out = '';
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'groundhog-import-command-'));
});
afterAll(() => rm(out, { recursive: true }));

const failedSchema = z.object({ code: z.int(), stdout: z.string(), stderr: z.string() });

/** Runs the command line as a person does. */
async function groundhog(...args: readonly string[]) {
  const run = promisify(execFile)(process.execPath, [join(root, 'scripts/groundhog.js'), ...args]);
  const { stdout, stderr, code } = await run.then(
    (done) => ({ ...done, code: 0 }),
    (error: unknown) => failedSchema.parse(error),
  );
  return { code, stderr, json: stdout.startsWith('{') ? JSON.parse(stdout) : undefined };
}

test('files are imported, verified and replayed by process, and each is accounted for', async () => {
  const missing = join(out, 'missing.yaml');
  const files = [fixture('vcrpy.yaml'), fixture('torn.yaml'), missing];
  const imported = await groundhog('import', 'vcr', ...files, '--out', out, '--json');
  const recording = join(out, 'vcrpy.jsonl');
  expect(imported).toEqual({
    code: 0,
    stderr: '',
    json: {
      imported: 1,
      skipped: [
        { file: files[0], line: 150, reason: 'it is a call to api.groq.com, not to OpenAI' },
        { file: files[1], line: 36, reason: 'it is not YAML (MISSING_CHAR)' },
        { file: missing, line: 1, reason: 'there is no such file' },
      ],
      recordings: [
        { file: files[0], recording, fidelity: 'wire', exchanges: 2, losses: expect.any(Array) },
      ],
    },
  });
  expect(await groundhog('verify', out, '--json')).toMatchObject({
    code: 0,
    json: { recordings: 1, ok: 1, failed: [] },
  });
  expect(await groundhog('replay', recording, '--provider', 'openai', '--json')).toMatchObject({
    code: 0,
    json: {
      fidelity: 'wire',
      answers: [{ finishReason: 'tool-calls' }, { text: 'It is 22 degrees in Paris.' }],
      differences: [],
    },
  });
  await writeFile(recording, (await readFile(recording, 'utf8')).replace('22 degrees', '23'));
  expect(await groundhog('verify', out, '--json')).toMatchObject({
    code: 1,
    json: { ok: 0, failed: [{ file: recording, reason: expect.stringContaining('line 3') }] },
  });
}, 120_000);

test('what observers told is not replayed, and a format nobody knows is named', async () => {
  const directory = join(out, 'spans');
  const spans = fixture('spans.jsonl');
  const { code, json } = await groundhog('import', 'otel', spans, '--out', directory, '--json');
  expect([code, json?.imported]).toEqual([0, 2]);
  const recording = join(directory, `spans.${'a'.repeat(32)}.jsonl`);
  const replayed = await groundhog('replay', recording, '--provider', 'openai');
  expect(replayed.code).not.toBe(0);
  expect(replayed.stderr).toContain('its fidelity is semantic');
  const unknown = await groundhog('import', 'cassette', spans, '--out', directory);
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toContain('vcr, openai-sse, har, devtools, otel');
}, 120_000);
