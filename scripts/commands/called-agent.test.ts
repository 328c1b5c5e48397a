import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scriptedModel } from '#harness/testing';
import { type CallReplay, createCallRecorder, recordModel, recordTools } from '#recordings';
import { importNamed } from '#scenarios';
import { quietIo } from '../cli/quiet-io.ts';
import { accept } from './accept.ts';
import { diff } from './diff.ts';
import { replay } from './replay.ts';
import { status } from './status.ts';

// An agent that is no scenario's, in a file of its own, as somebody has one. It is changed in one thing at a time, and what it
// called before stands beside it.

const root = join('.groundhog', `called-agent-${process.pid}`);
const recording = join(root, 'orders of today.jsonl');

const source = `
  import { generateText, isStepCount, tool } from 'ai';
  import { z } from 'zod';
  import { lastToolResult, scriptedModel } from '#harness/testing';
  const model = scriptedModel({
    name: 'order-model',
    plays: [
      {
        name: 'looks',
        when: (asked) => lastToolResult(asked, 'findOrder') === undefined,
        answer: () => ({ calls: [{ tool: 'findOrder', input: { id: 'A-17' } }] }),
      },
      { name: 'says', when: () => true, answer: () => ({ text: 'It is on its way.' }) },
    ],
  });
  const tools = {
    findOrder: tool({
      description: 'Finds an order.',
      inputSchema: z.object({ id: z.string() }),
      execute: () => ({ state: 'on its way', total: 42.5 }),
    }),
  };
  export const agent = (calls) =>
    generateText({
      model: calls.model(model),
      tools: calls.tools(tools),
      instructions: 'You find orders. Never promise a date. Be brief.',
      prompt: 'Where is A-17?',
      stopWhen: isStepCount(3),
    });
`;

/** A file that exports the agent, in which every \`from\` reads \`to\`. */
async function agentFile(name: string, from = '', to = ''): Promise<string> {
  expect(source).toContain(from);
  const file = join(root, `${name}.ts`);
  await writeFile(file, from === '' ? source : source.replaceAll(from, to));
  return file;
}

type Called = Pick<CallReplay, 'model' | 'tools'>;

const isAgent = (value: unknown): value is (calls: Called) => unknown =>
  typeof value === 'function';

async function recordAgent(file: string, to: string): Promise<void> {
  const recorder = createCallRecorder({ name: 'orders', made: 'scripted' });
  const agent = await importNamed(file, { name: 'agent', is: isAgent, example: 'agent' });
  await agent({
    model: (model) => recordModel(model ?? recordedAlone, recorder),
    tools: (tools) => recordTools(tools, recorder),
  });
  await recorder.save(to);
}

const recordedAlone = scriptedModel({ name: 'nobody', plays: [] });

beforeAll(async () => {
  await mkdir(root, { recursive: true });
  await recordAgent(await agentFile('recorded'), recording);
});
afterAll(() => rm(root, { recursive: true, force: true }));

test('the agent as it was asks for what is recorded, with its tools at work too', async () => {
  const agent = await agentFile('same');
  for (const tools of ['recorded', 'live']) {
    expect(await replay.start({ recordings: [recording], agent, tools }, quietIo)).toMatchObject({
      exitCode: 0,
      json: { verdict: 'same', exchanges: 3, divergences: 0, network: 0 },
    });
    expect(await status.start({ recordings: [recording], agent, tools }, quietIo)).toEqual({
      exitCode: 0,
      text: '1 recording, 1 ok, 0 not',
      json: {
        ok: 1,
        recordings: [{ recording: 'orders', file: recording, state: 'ok', drift: [] }],
      },
    });
  }
});

test('an agent that asks the network all the same is stopped there, and it is said what it asked', async () => {
  const reports =
    "fetch('https://reports.invalid/usage').catch(() => undefined).then(() => generateText(";
  const file = await agentFile('reporting', 'generateText({', `${reports}{`);
  await writeFile(file, (await readFile(file, 'utf8')).replace(/\);\s*$/, '));'));
  expect(await replay.start({ recordings: [recording], agent: file }, quietIo)).toMatchObject({
    exitCode: 1,
    text: expect.stringContaining('stopped: GET https://reports.invalid/usage\n'),
    json: {
      verdict: 'same',
      divergences: 0,
      network: 1,
      blocked: ['GET https://reports.invalid/usage'],
    },
  });
});

test.for([
  {
    what: 'a renamed tool',
    edit: ['findOrder', 'lookUpOrder'],
    kind: 'TOOLS',
    place: 'model call at main#0',
    leaf: 'tools/findOrder/name   "findOrder" → "lookUpOrder"',
    told: ['tool findOrder renamed to lookUpOrder'],
  },
  {
    what: 'an edited sentence of the prompt',
    edit: ['Never promise a date.', 'Promise nothing.'],
    kind: 'SYSTEM',
    place: 'model call at main#0',
    leaf: 'system/0   "You find orders. Never promise a date. Be brief." → "You find orders. Promise nothing. Be brief."',
    told: ['prompt unnamed changed', '  - Never promise a date.', '  + Promise nothing.'],
  },
  {
    what: 'a changed result of a tool',
    edit: ['42.5', '42.75'],
    kind: 'TOOL_RESULT',
    place: 'tool findOrder({"id":"A-17"}) at main#1',
    leaf: 'outcome/output/total   42.5 → 42.75',
    told: [
      'lane main parts at tool findOrder at main#1',
      '  outcome/output/total: 42.5 -> 42.75',
      '  what was read later repeats it in 1 place',
    ],
  },
] as const)(
  '$what shows as exactly that',
  async ({ edit: [from, to], kind, place, leaf, told }) => {
    const agent = await agentFile(kind, from, to);
    const tools = kind === 'TOOL_RESULT' ? 'live' : 'recorded';
    const replayed = await replay.start({ recordings: [recording], agent, tools }, quietIo);
    expect(replayed).toMatchObject({ exitCode: 1, json: { divergence: { class: kind } } });
    expect(replayed.text.split('\n').slice(0, 2)).toEqual([
      `REPLAY DIVERGED  orders   class ${kind}   ${place}`,
      ` first cause    ${leaf}`,
    ]);

    const stands = await status.start({ recordings: [recording], agent, tools }, quietIo);
    expect(stands).toMatchObject({
      exitCode: 1,
      json: { ok: 0, recordings: [{ state: 'drifted', divergence: { class: kind } }] },
    });
    expect(stands.text).toContain(`drifted    orders (${recording}) ${kind}\n`);
    expect(stands.text).toContain(`first cause    ${leaf}\n`);

    const after = join(root, `${kind}.jsonl`);
    await recordAgent(agent, after);
    const { text } = await diff.start({ before: recording, after }, quietIo);
    const figures = /\n(?:input|output) tokens: .*/g;
    expect(text.replaceAll(figures, '')).toBe(told.join('\n'));
  },
);

test('what is advised can be typed, and after it the change passes', async () => {
  const agent = await agentFile('advised', 'Be brief.', 'Be kind.');
  const { text } = await replay.start({ recordings: [recording], agent }, quietIo);
  expect(text).toContain(
    `npx groundhog accept '${recording}' --class SYSTEM --reason TEXT --until YYYY-MM-DD`,
  );
  const order = { class: 'SYSTEM', reason: 'on trial', until: tomorrow };
  await accept.start({ recording, ...order }, quietIo);
  const stands = await status.start({ recordings: [recording], agent }, quietIo);
  expect(stands).toMatchObject({ exitCode: 0, json: { recordings: [{ state: 'ok' }] } });
  await accept.start({ recording, class: 'SYSTEM', remove: true }, quietIo);
});

const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);

test('without its agent nobody can say, and that is no success', async () => {
  expect(await status.start({ recordings: [recording] }, quietIo)).toMatchObject({
    exitCode: 1,
    json: { recordings: [{ state: 'unverified', reason: expect.stringContaining('--agent') }] },
  });
  await expect(replay.start({ recordings: [recording] }, quietIo)).rejects.toThrow(
    /holds calls .*\. .*--agent/,
  );
});

test('an agent that fails by itself is told as that', async () => {
  const agent = await agentFile('failing', 'generateText({', 'nobody({');
  await expect(replay.start({ recordings: [recording], agent }, quietIo)).rejects.toThrow(
    /The agent of \S+ failed .*ReferenceError: nobody is not defined/,
  );
});
