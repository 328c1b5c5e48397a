import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { startOpenAiServer } from '#harness/testing';
import { type Exchange, readRecording, writeRecording } from '#recordings';
import { recordingPath, scenarioNamed } from '#scenarios';
import { quietIo } from '../cli/quiet-io.ts';
import { replay } from './replay.ts';
import { rerecord } from './rerecord.ts';

const directory = mkdtempSync(join(tmpdir(), 'groundhog-rerecord-'));
const recording = join(directory, 'R-01.jsonl');
beforeEach(() => cpSync(recordingPath('R-01'), recording));
afterAll(() => rmSync(directory, { recursive: true }));

const text = (file = recording): string => readFileSync(file, 'utf8');
const exchangeLines = async (file: string): Promise<readonly string[]> =>
  (await readRecording(file)).exchanges.map((each) => JSON.stringify(each));

/** Writes the recording as if one of its exchanges had been another all along. */
async function rewrite(change: (exchange: Exchange) => Exchange): Promise<void> {
  const { exchanges, ...rest } = await readRecording(recording);
  await writeRecording(recording, { ...rest, exchanges: exchanges.map(change) });
}

test.for([
  ['its place', '1/billing#2'],
  ['its number', '9'],
] as const)('from %s on nothing changes, and the bytes are the same', async ([, from]) => {
  const before = text();
  expect(await rerecord.start({ recording, from }, quietIo)).toMatchObject({
    exitCode: 0,
    json: {
      from: '1/billing#2',
      made: 'scripted',
      answers: { model: { reused: 2, anew: 3 }, tools: { reused: 3, anew: 3 } },
      changed: false,
      verified: true,
    },
  });
  expect(text()).toBe(before);
});

test.for([
  ['people decide', 'R-07', '1/billing#6'],
  ['sub-agents work side by side', 'S-05', '1.2/technical-investigator#2'],
  ['a message is read while a run goes on', 'D-08', '1/billing#4'],
  ['the session is cleared', 'M-07', '2/triage#0'],
] as const)('where %s nothing changes either', async ([, scenario, from]) => {
  const out = join(directory, `${scenario}.jsonl`);
  const { json } = await rerecord.start({ recording: scenario, from, out }, quietIo);
  expect(json).toMatchObject({ from, changed: false });
  expect(text(out)).toBe(text(recordingPath(scenario)));
});

test('what was recorded otherwise behind the place is made anew', async () => {
  const committed = text();
  await rewrite((exchange) =>
    exchange.t === 'clock' || exchange.t !== 'tool' || exchange.tool !== 'draftReply'
      ? exchange
      : { ...exchange, input: { body: 'Something that nobody says today.' } },
  );
  expect(text()).not.toBe(committed);
  const { json } = await rerecord.start({ recording, from: '1/billing#3' }, quietIo);
  expect(json).toMatchObject({ changed: true, answers: { model: { anew: 2 } } });
  expect(text()).toBe(committed);
});

test('a live model is asked only behind the place, and the recording says where it took over', async () => {
  const model = 'gpt-not-there';
  const { gold } = scenarioNamed('R-01').playbooks;
  await using server = await startOpenAiServer({ playbook: gold, model });
  const out = join(directory, 'live.jsonl');
  const environment = {
    OPENAI_API_KEY: 'key-of-nobody',
    OPENAI_BASE_URL: server.url,
    GROUNDHOG_MODEL: model,
  };
  const order = { recording, from: '1/billing#2', model: 'live', out };
  const { json } = await rerecord.start(order, { ...quietIo, environment });
  expect(json).toMatchObject({ made: `live:${model}`, answers: { model: { reused: 2, anew: 3 } } });
  expect(server.requests()).toBe(3);
  const { header } = await readRecording(out);
  expect(header).toMatchObject({
    made: `live:${model}`,
    model: { modelId: model },
    forkedFrom: { name: 'R-01', made: 'scripted', at: '1/billing#2', exchanges: 8 },
  });
  expect((await exchangeLines(out)).slice(0, 8)).toEqual(
    (await exchangeLines(recording)).slice(0, 8),
  );
  expect(await replay.start({ recordings: [out] }, quietIo)).toMatchObject({ exitCode: 0 });
  await expect(rerecord.start({ recording: out, from: '9' }, quietIo)).rejects.toMatchObject({
    code: 'FORK_OF_FORK',
  });
});

test('what does not come about again before the place is refused, and the file stays', async () => {
  await rewrite((exchange) =>
    exchange.t === 'tool' && exchange.tool === 'classifyItem'
      ? { ...exchange, outcome: { kind: 'completed', output: { filedUnder: 'sales' } } }
      : exchange,
  );
  const before = text();
  await expect(rerecord.start({ recording, from: '1/billing#2' }, quietIo)).rejects.toMatchObject({
    code: 'CONTINUATION_DIVERGED',
    message: expect.stringMatching(/TOOL_RESULT[^]*1\/triage#1/),
  });
  expect(text()).toBe(before);
});

test.for([
  ['no place', {}, '--from is missing'],
  ['a place that there is not', { from: '1/sales#0' }, 'has no step 1/sales#0'],
  ['a number that there is not', { from: '0' }, 'has no step 0'],
] as const)('%s is refused', async ([, order, message]) => {
  await expect(rerecord.start({ recording, ...order }, quietIo)).rejects.toThrow(message);
});
