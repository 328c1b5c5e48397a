import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startOpenAiServer } from '#harness/testing';
import { readRecording } from '#recordings';
import { recordingPath, scenarioNamed } from '#scenarios';
import { quietIo } from '../cli/quiet-io.ts';
import { record } from './record.ts';
import { show } from './show.ts';

const launcher = join(import.meta.dirname, '../groundhog.js');
/** So does the committed recording call whoever answered. */
const model = 'scripted-playbook';

let directory: string;
let out: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'groundhog-record-'));
  out = join(directory, 'R-01.jsonl');
});
afterEach(() => rmSync(directory, { recursive: true }));

const environmentOf = (url: string, asked = model): Record<string, string> => ({
  OPENAI_API_KEY: 'key-of-nobody',
  OPENAI_BASE_URL: url,
  GROUNDHOG_MODEL: asked,
});

/** Exchanges, definitions and events of a file. */
const heldBy = (file: string): string[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !/^\{"t":"(?:recording|end)"/.test(line));

test('a process that is killed while a live model is recorded leaves what was paid for, and the next goes on from there', async () => {
  const { gold } = scenarioNamed('R-01').playbooks;
  let dying: ReturnType<typeof spawn> | undefined;
  await using server = await startOpenAiServer({
    playbook: gold,
    model,
    chunkDelayMs: () => {
      if (server.requests() === 4) dying?.kill('SIGKILL');
      return 0;
    },
  });
  const environment = environmentOf(server.url);
  dying = spawn(process.execPath, [launcher, 'record', 'R-01', '--model', 'live', '--out', out], {
    env: { ...process.env, ...environment },
    stdio: 'ignore',
  });
  await once(dying, 'exit');
  expect(dying.signalCode).toBe('SIGKILL');
  dying = undefined;
  expect(readdirSync(directory)).toEqual(['R-01.jsonl.partial']);
  const left = await readRecording(`${out}.partial`, { torn: 'open' });
  expect(left.exchanges.filter(({ t }) => t === 'model')).toHaveLength(3);
  const shown = await show.start({ recording: `${out}.partial` }, quietIo);
  expect(shown.text).toContain('torn at line');

  const order = { scenario: 'R-01', model: 'live', out };
  const io = { ...quietIo, environment };
  await expect(record.start(order, io)).rejects.toMatchObject({ code: 'RECORDING_UNFINISHED' });
  expect(server.requests()).toBe(4);
  const { json } = await record.start({ ...order, resume: true }, io);
  expect(json).toMatchObject({ resumed: left.exchanges.length, made: `live:${model}` });
  // The two that were missing, the one in which it was killed among them.
  expect(server.requests()).toBe(6);
  expect(heldBy(out)).toEqual(heldBy(recordingPath('R-01')));
  expect(readdirSync(directory)).toEqual(['R-01.jsonl']);
});

test('Ctrl-C says what is kept, of sub-agents that work side by side as well, and a second one on the way loses nothing of it', async () => {
  const { gold } = scenarioNamed('S-05').playbooks;
  const interruption = { at: 5, by: new AbortController() };
  await using server = await startOpenAiServer({
    playbook: gold,
    model,
    chunkDelayMs: () => {
      if (server.requests() === interruption.at) interruption.by.abort(new Error('Ctrl-C'));
      return 0;
    },
  });
  const order = { scenario: 'S-05', model: 'live', out };
  const said: string[] = [];
  const progress = (line: string): void => void said.push(line);
  const start = (resume: boolean) => {
    interruption.by = new AbortController();
    const { signal } = interruption.by;
    const environment = environmentOf(server.url);
    return record.start({ ...order, resume }, { ...quietIo, signal, environment, progress });
  };
  const answersLeft = async (): Promise<readonly string[]> => {
    const { exchanges } = await readRecording(`${out}.partial`, { torn: 'open' });
    return exchanges.filter(({ t }) => t === 'model').map(({ lane }) => lane);
  };
  await expect(start(false)).rejects.toThrow('Ctrl-C');
  const first = await answersLeft();
  expect(first.length).toBeGreaterThanOrEqual(3);
  const investigators = ['1.1/billing-investigator', '1.2/technical-investigator'];
  expect(first).toEqual(expect.arrayContaining(['1/supervisor', ...investigators]));
  expect(said.at(-1)).toContain(`${first.length} answers of the model are kept in ${out}.partial`);

  interruption.at = server.requests() + 1;
  await expect(start(true)).rejects.toThrow('Ctrl-C');
  expect((await answersLeft()).length).toBeGreaterThanOrEqual(first.length);
  expect(await answersLeft()).toEqual(expect.arrayContaining([...first]));

  interruption.at = 0;
  const { json } = await start(true);
  expect(json).toMatchObject({ scenario: 'S-05', verified: true });
  expect(heldBy(out)).toEqual(heldBy(recordingPath('S-05')));
  expect(readdirSync(directory)).toEqual(['R-01.jsonl']);
});

test.for([
  ['answers of another model', 'gpt-not-there', 'has answers of live:scripted-playbook'],
  ['nothing that was left', model, 'no recording'],
] as const)('to go on from %s is refused before anybody is asked', async ([, asked, message]) => {
  const { gold } = scenarioNamed('R-01').playbooks;
  await using server = await startOpenAiServer({ playbook: gold, model: asked });
  if (asked !== model) {
    const [header] = readFileSync(recordingPath('R-01'), 'utf8').split('\n');
    const live = `${header}\n`.replace('"made":"scripted"', `"made":"live:${model}"`);
    writeFileSync(`${out}.partial`, live);
  }
  const io = { ...quietIo, environment: environmentOf(server.url, asked) };
  const order = { scenario: 'R-01', model: 'live', out, resume: true };
  await expect(record.start(order, io)).rejects.toThrow(message);
  expect(server.requests()).toBe(0);
});

test('a scripted model leaves nothing to go on from', async () => {
  const order = { scenario: 'R-01', out, resume: true };
  await expect(record.start(order, quietIo)).rejects.toThrow('--resume is for --model live');
});
