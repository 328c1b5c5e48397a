import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startOpenAiServer } from '#harness/testing';
import { readRecording, writeRecording } from '#recordings';
import { scenarioNamed } from '#scenarios';
import { quietIo } from '../cli/quiet-io.ts';
import { fork } from './fork.ts';
import { replay } from './replay.ts';
import { show } from './show.ts';
import { status } from './status.ts';

const directory = mkdtempSync(join(tmpdir(), 'groundhog-fork-'));
afterAll(() => rmSync(directory, { recursive: true }));

const at = '1/billing#2';
const prompt = join(directory, 'billing.md');
const told = 'You are billing. Be brief.';
writeFileSync(prompt, `${told}\n`);

test('a session goes on with another prompt: before the place its agent was told the recorded one', async () => {
  const out = join(directory, 'prompt.jsonl');
  const order = { recording: 'R-01', at, prompt: `billing=${prompt}`, out };
  const { exitCode, text, json } = await fork.start(order, quietIo);
  expect({ exitCode, json }).toMatchObject({
    exitCode: 0,
    json: {
      recording: 'R-01',
      forkedFrom: { name: 'R-01', made: 'scripted', at, exchanges: 8, prompts: { billing: told } },
      answers: { model: { reused: 2, anew: 3 } },
      difference: {
        answers: [],
        calls: { gone: [], come: [] },
        state: [],
        story: { definitions: [{ kind: 'prompt-added', prompt: 'billing~2' }] },
      },
    },
  });
  expect(text).toContain('lane 1/billing parts at model turn at 1/billing#2');
  const forked = await readRecording(out);
  const system = forked.exchanges.flatMap((each) =>
    each.t === 'model' && each.lane === '1/billing' ? each.request.system : [],
  );
  expect(system).toEqual(['prompt:billing', ...Array(3).fill('prompt:billing~2')]);
  const origin = await readRecording(join('recordings', 'library', 'R-01.jsonl'));
  expect(forked.exchanges.slice(0, 8)).toEqual(origin.exchanges.slice(0, 8));
  expect(await replay.start({ recordings: [out] }, quietIo)).toMatchObject({ exitCode: 0 });
  // It is as true of today's code as what it was forked from.
  expect(await status.start({ recordings: directory }, quietIo)).toMatchObject({ exitCode: 0 });
  expect((await show.start({ recording: out }, quietIo)).text).toContain(
    'forked from R-01 (scripted) at 1/billing#2',
  );
  // Without what the header says of it, it is a recording of agents that were told something else.
  const { forkedFrom: _, ...header } = forked.header;
  await writeRecording(out, { ...forked, header });
  expect(await replay.start({ recordings: [out] }, quietIo)).toMatchObject({
    exitCode: 1,
    json: { divergence: { class: 'SYSTEM', at: { place: { lane: '1/billing', ordinal: 2 } } } },
  });
});

test('another model takes over: it is asked only from there on, and both outcomes are told side by side', async () => {
  const { saboteur } = scenarioNamed('R-01').playbooks;
  await using server = await startOpenAiServer({ playbook: saboteur, model: 'careless' });
  const environment = { OPENAI_API_KEY: 'key-of-nobody', OPENAI_BASE_URL: server.url };
  const order = { recording: 'R-01', at, model: 'careless' };
  const { text, json } = await fork.start(order, { ...quietIo, environment });
  expect(json).toMatchObject({
    before: { made: 'scripted' },
    after: { made: 'live:careless' },
    answers: { model: { reused: 2, anew: server.requests() } },
  });
  expect(json['file']).toBeUndefined();
  expect(text).toContain(`
               recorded   forked
made           scripted   live:careless
model turns    5          5
tool calls     6          6
`);
  expect(json).toMatchObject({
    difference: {
      answers: [],
      calls: {
        gone: [
          { place: '1/billing#3', tool: 'issueRefund', input: { chargeId: 'ch_A2' } },
          { place: '1/billing#5', tool: 'draftReply' },
        ],
        come: [
          { tool: 'issueRefund', input: { chargeId: 'ch_A1' }, outcome: 'failed' },
          { tool: 'draftReply', input: { subject: 'Refunded' } },
        ],
      },
      // The recorded session paid a refund, and the other one did not.
      state: expect.arrayContaining([
        { pointer: '/world/refunds/0', before: expect.objectContaining({ chargeId: 'ch_A2' }) },
      ]),
      story: { equal: false, lanes: [{ lane: '1/billing' }] },
    },
  });
  expect(text).toContain(
    'world/mails/0/subject: "Your duplicate charge has been refunded" -> "Refunded"',
  );
  expect(text).toContain('lane 1/billing parts at model turn at 1/billing#2');
});

test('a recording of a scenario of one’s own is forked by the file that exports it', async () => {
  const recording = join(directory, 'shop.jsonl');
  const origin = await readRecording(join('recordings', 'library', 'R-01.jsonl'));
  await writeRecording(recording, { ...origin, header: { ...origin.header, name: 'X-01' } });
  await expect(fork.start({ recording, at }, quietIo)).rejects.toMatchObject({
    code: 'SCENARIO_UNKNOWN',
    message: expect.stringContaining(`There is no scenario X-01, of which ${recording} says`),
    hint: expect.stringContaining('fork RECORDING --scenario FILE'),
  });
  const scenario = join(directory, 'x-01.ts');
  const scenarios = join(import.meta.dirname, '../../scenarios/index.ts');
  writeFileSync(
    scenario,
    `import { defineScenario, scenarioNamed } from ${JSON.stringify(scenarios)};
export const scenario = defineScenario({ ...scenarioNamed('R-01'), id: 'X-01' });`,
  );
  expect(await fork.start({ recording, scenario, at }, quietIo)).toMatchObject({
    json: { recording: 'X-01', difference: { answers: [], state: [] } },
  });
});

test('recorded tools answer what was recorded, and nothing else', async () => {
  const order = { recording: 'R-01', at, tools: 'recorded' };
  expect(await fork.start(order, quietIo)).toMatchObject({
    text: expect.stringContaining('world: not known'),
    json: {
      answers: { model: { reused: 2, anew: 3 }, tools: { reused: 6, anew: 0 } },
      difference: { state: null, answers: [], story: { definitions: [], lanes: [] } },
    },
  });
  const { saboteur } = scenarioNamed('R-01').playbooks;
  await using server = await startOpenAiServer({ playbook: saboteur, model: 'careless' });
  const environment = { OPENAI_API_KEY: 'key-of-nobody', OPENAI_BASE_URL: server.url };
  await expect(
    fork.start({ ...order, model: 'careless' }, { ...quietIo, environment }),
  ).rejects.toMatchObject({
    code: 'CONTINUATION_DIVERGED',
    hint: expect.stringContaining('--tools live'),
  });
});

test.for([
  ['no place', {}, '--at is missing'],
  ['a place that there is not', { at: '1/sales#0' }, 'has no step 1/sales#0'],
  ['a prompt of nobody', { at, prompt: 'billing' }, '--prompt takes an agent and a file'],
  ['a prompt that is not there', { at, prompt: 'billing=none.md' }, 'none.md cannot be read'],
  ['an agent that there is not', { at, prompt: `sales=${prompt}` }, 'no agent sales'],
  ['a live model without a key', { at, model: 'live' }, 'OPENAI_API_KEY'],
] as const)('%s is refused', async ([, order, message]) => {
  await expect(fork.start({ recording: 'R-01', ...order }, quietIo)).rejects.toThrow(message);
});
