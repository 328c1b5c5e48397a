import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { importFiles } from '../import-files.ts';
import { readImported } from '../imported-file.ts';
import { replayImported } from '../replay-imported.ts';
import { verifyDirectory } from '../verify-directory.ts';

// Both fixtures are files that @ai-sdk/devtools 1.0.22 wrote: its middleware, and what it registers as telemetry.
const fixture = (name: string): string => join(import.meta.dirname, '../fixtures', name);
let out = '';
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'groundhog-devtools-'));
});
afterAll(() => rm(out, { recursive: true }));

const usage = { input: 41, output: 17 };
const called = {
  text: '',
  toolCalls: [{ id: 'call_1', name: 'getWeather', input: '{"city":"Paris"}' }],
  usage,
  finishReason: 'tool-calls',
};
const said = { text: 'It is 22 in Paris.', toolCalls: [], usage, finishReason: 'stop' };

async function importGenerations(file: string) {
  const report = await importFiles({
    format: 'devtools',
    files: [file],
    out: join(out, 'imported'),
  });
  const replays = await Promise.all(
    report.recordings.map(async ({ recording }) => replayImported(await readImported(recording))),
  );
  expect(replays.flatMap(({ differences }) => differences)).toEqual([]);
  return { ...report, answers: replays.map(({ answers }) => answers) };
}

test("where devtools kept the provider's own answers, those drive the provider", async () => {
  const file = fixture('devtools-middleware.json');
  const { recordings, skipped, answers } = await importGenerations(file);
  expect({ skipped, answers }).toEqual({ skipped: [], answers: [[called, said]] });
  expect(recordings.map(({ fidelity, losses }) => [fidelity, losses])).toEqual(
    answers.map(() => ['call', ['URLs, status and headers', 'timings', 'what tools did']]),
  );
  expect(await readFile(file, 'utf8')).toContain('ann.lee');
  expect(await readFile(recordings[0]?.recording ?? '', 'utf8')).not.toContain('ann.lee');
});

test('where they did not, what the SDK handed on is said as the provider would, and that is a loss', async () => {
  const { recordings, skipped, answers } = await importGenerations(
    fixture('devtools-telemetry.json'),
  );
  expect({ skipped, answers }).toEqual({ skipped: [], answers: [[called, said], [called]] });
  expect(recordings[1]?.losses).toEqual([
    'URLs, status and headers',
    'timings',
    'what tools did',
    'requests as they were sent, 1 in 1 calls: what the SDK was asked stands instead',
    'answers as the provider gave them, 1 in 1 calls: what the SDK handed on stands in the words of Responses',
    'parts of answers that are no text, reasoning or call of a tool: 1',
  ]);
});

const stepsSchema = z.looseObject({ steps: z.array(z.record(z.string(), z.unknown())) });

test('steps of others, and those that have no whole answer, are told with their lines', async () => {
  const text = await readFile(fixture('devtools-telemetry.json'), 'utf8');
  const { steps, ...rest } = stepsSchema.parse(JSON.parse(text));
  const [step = {}] = steps;
  const changed = [
    step,
    { ...step, provider: 'anthropic.messages' },
    { ...step, provider: 'gateway', model_id: 'deepseek/deepseek-v4' },
    { ...step, output: null, error: 'Request aborted' },
    { ...step, output: null },
    { ...step, output: '{"content":' },
    { ...step, output: '{"content":[],"finishReason":"tool-calls"}' },
    { run_id: 7 },
  ];
  const file = join(out, 'generations.json');
  const written = JSON.stringify({ ...rest, steps: changed }, undefined, 1);
  await writeFile(file, written);
  const { skipped, answers } = await importGenerations(file);
  expect(answers).toEqual([[called]]);
  const begins = written.split('\n').flatMap((line, index) => (line === '  {' ? [index + 1] : []));
  const steady = begins.slice(-changed.length);
  expect(skipped.map(({ line, reason }) => [steady.indexOf(line), reason])).toEqual([
    [7, 'it is no step of a run'],
    [1, 'it is a call of a model of anthropic.messages, not of OpenAI'],
    [2, 'it is a call of a model of gateway, not of OpenAI'],
    [3, 'it failed or was aborted, and of its answer nothing whole was kept'],
    [4, 'it did not end'],
    [5, 'a part of it is not whole JSON'],
    [
      6,
      "the provider's own answer was not kept, and finishReason of what was handed on cannot be said as the provider would",
    ],
  ]);
});

test('answers that were edited are not verified', async () => {
  const { recordings } = await importGenerations(fixture('devtools-middleware.json'));
  const path = recordings[0]?.recording ?? '';
  await writeFile(path, (await readFile(path, 'utf8')).replaceAll('Paris', 'Rome'));
  const { failed } = await verifyDirectory(join(out, 'imported'));
  expect(failed.map(({ file, reason }) => [file === path, reason])).toEqual([
    [true, 'edited after it was written: line 2, 3'],
  ]);
});

test.for(['[]', '{"runs":[]}', '{"runs":'])('%s are no generations', async (text) => {
  const file = join(out, 'none.json');
  await writeFile(file, text);
  const report = await importFiles({ format: 'devtools', files: [file], out });
  expect(report.skipped.map(({ reason }) => reason)).toEqual([
    expect.stringMatching(/no generations of devtools|not whole JSON/),
  ]);
});
