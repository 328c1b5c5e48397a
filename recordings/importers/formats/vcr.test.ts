import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { importFiles } from '../import-files.ts';
import { readImported } from '../imported-file.ts';
import { replayImported } from '../replay-imported.ts';

const fixture = (name: string): string => join(import.meta.dirname, '../fixtures', name);
let out = '';

beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'groundhog-vcr-'));
});
afterAll(() => rm(out, { recursive: true }));

async function importCassettes(...names: readonly string[]) {
  const report = await importFiles({ format: 'vcr', files: names.map(fixture), out });
  const recordings = await Promise.all(
    report.recordings.map(({ recording }) => readImported(recording)),
  );
  return { ...report, recordings };
}

test('a cassette of vcrpy replays through the provider: parsed bodies and streams, and what is not OpenAI is told', async () => {
  const { imported, skipped, recordings } = await importCassettes('vcrpy.yaml');
  expect({ imported, skipped }).toEqual({
    imported: 1,
    skipped: [
      {
        file: fixture('vcrpy.yaml'),
        line: 150,
        reason: 'it is a call to api.groq.com, not to OpenAI',
      },
    ],
  });
  const [recording] = recordings;
  if (recording === undefined) throw new Error('nothing was imported');
  expect(await replayImported(recording)).toMatchObject({
    fidelity: 'wire',
    differences: [],
    answers: [
      {
        text: '',
        toolCalls: [{ id: 'call_7Qx', name: 'getWeather', input: '{"city":"Paris","y":"no"}' }],
        usage: { input: 41, output: 17 },
        finishReason: 'tool-calls',
      },
      {
        text: 'It is 22 degrees in Paris.',
        toolCalls: [],
        usage: { input: 41, output: 17 },
        finishReason: 'stop',
      },
    ],
  });
});

test('what PyYAML writes plain is what it was: `y` is a key, `1e5` and `089` are texts', async () => {
  const [recording] = (await importCassettes('vcrpy.yaml')).recordings;
  expect(recording?.exchanges[0]).toMatchObject({
    request: {
      body: { tools: [{ parameters: { properties: { y: { enum: ['1e5', '089'] } } } }] },
    },
  });
});

test("a cassette of Ruby's vcr replays: packed and base64 bodies, and a refused call with its status", async () => {
  const { skipped, recordings } = await importCassettes('ruby.yml');
  expect(skipped.map(({ line, reason }) => [line, reason])).toEqual([
    [45, 'POST /v1/embeddings is neither Responses nor Chat Completions'],
  ]);
  const [recording] = recordings;
  if (recording === undefined) throw new Error('nothing was imported');
  const refusal = { text: '', toolCalls: [], usage: {}, finishReason: 'error', status: 429 };
  expect((await replayImported(recording)).answers).toEqual([
    {
      text: '',
      toolCalls: [{ id: 'call_a', name: 'refund', input: '{"amount":49}' }],
      usage: { input: 30, output: 8 },
      finishReason: 'tool-calls',
    },
    refusal,
  ]);
  expect(recording.exchanges[1]).toMatchObject({ answer: { retryAfter: '20' } });
});

test('neither a key of a header nor an address of a request is written', async () => {
  const { recordings } = await importCassettes('vcrpy.yaml', 'ruby.yml');
  expect(JSON.stringify(recordings)).not.toMatch(/thisMustNeverReachDisk|ann\.lee/);
  expect(await readFile(fixture('ruby.yml'), 'utf8')).toContain('ann.lee');
});

test('cassettes that are torn, of others or of nothing are skipped with line and reason', async () => {
  const names = [
    'torn.yaml',
    'cut-stream.yaml',
    'not-openai.yaml',
    'no-cassette.yaml',
    'aliases.yaml',
  ];
  const { imported, skipped } = await importCassettes(...names);
  expect(imported).toBe(0);
  expect(skipped.map(({ file, line, reason }) => [file, line, reason])).toEqual(
    [
      [36, 'it is not YAML (MISSING_CHAR)'],
      [2, 'its stream stops before its end'],
      [2, 'it is a call to api.groq.com, not to OpenAI'],
      [1, 'it is no cassette'],
      [9, 'its aliases lead nowhere or too far'],
    ].map((each, index) => [fixture(names[index] ?? ''), ...each]),
  );
});
