import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { generateText, type LanguageModel, stepCountIs, type ToolSet } from 'ai';
import { afterAll, expect, test } from 'vitest';
import { type Playbook, scriptedModel } from '#harness/testing';
import {
  type CallReplayOptions,
  createCallRecorder,
  isSession,
  openCallReplay,
  readAnyRecording,
  recordModel,
  recordTools,
} from '#recordings';
import { importNamed, locateScenario, startWorldServer } from '#scenarios';
import { quietIo } from '../cli/quiet-io.ts';
import { accept } from './accept.ts';
import { diff } from './diff.ts';
import { record } from './record.ts';
import { replay } from './replay.ts';
import { status } from './status.ts';

// An agent is changed as one changes it: in its own code. Each case is the agent of docs/extending.md with one edit, its
// recording from before the edit beside it; what is recorded of it afterwards is compared with that.

const root = join('.groundhog', `changed-agent-${process.pid}`);
const examples = 'docs/examples';
const sources = ['card', 'playbooks', 'service', 'subject'].map((part) => `outage-${part}.ts`);
afterAll(() => rm(root, { recursive: true, force: true }));

interface ChangedAgent {
  /** The card of the changed agent. */
  readonly card: string;
  /** What the unchanged one did. */
  readonly old: string;
}

/** A copy of the example in which every `from` reads `to`. */
async function changedAgent(name: string, from: string, to: string): Promise<ChangedAgent> {
  const directory = join(root, name);
  await mkdir(directory, { recursive: true });
  let edits = 0;
  for (const file of [...sources, 'ai-sdk-agent.ts']) {
    const text = await readFile(join(examples, file), 'utf8');
    edits += text.split(from).length - 1;
    await writeFile(join(directory, file), text.replaceAll(from, to));
  }
  expect(edits).toBeGreaterThan(0);
  const old = join(directory, 'X-01.jsonl');
  await cp(join(examples, 'X-01.jsonl'), old);
  return { card: join(directory, 'outage-card.ts'), old };
}

/** Records the changed agent and says how that differs from what it was. */
async function differenceOf({ card, old }: ChangedAgent) {
  const out = join(card, '..', 'new.jsonl');
  await record.start({ scenario: card, out }, quietIo);
  return diff.start({ before: old, after: out }, quietIo);
}

/** The agent as it is written with the AI SDK alone, in the world of the card. */
async function withCalledAgent<Result>(
  { card }: ChangedAgent,
  work: (agent: CalledAgent) => Promise<Result>,
): Promise<Result> {
  const directory = join(card, '..');
  const from = <Value>(file: string, name: string, is: (value: unknown) => value is Value) =>
    importNamed(join(directory, file), { name, is, example: name });
  const instructions = await from('ai-sdk-agent.ts', 'instructions', isText);
  const assemble = await from('ai-sdk-agent.ts', 'outageAgent', isAssembler);
  const gold = await from('outage-playbooks.ts', 'gold', isPlaybook);
  const { scenario } = await locateScenario(card);
  await using worldServer = await startWorldServer();
  const { url } = worldServer.createWorld(scenario.world);
  const model = scriptedModel(gold);
  const { tools } = assemble(model, url);
  return await work({
    model,
    tools,
    ask: async (parts) => {
      const prompt = 'Is it me?';
      await generateText({
        ...parts,
        instructions,
        prompt,
        stopWhen: stepCountIs(6),
        maxRetries: 0,
      });
    },
  });
}

interface CalledAgent {
  readonly model: ReturnType<typeof scriptedModel>;
  readonly tools: ToolSet;
  readonly ask: (parts: {
    readonly model: LanguageModel;
    readonly tools: ToolSet;
  }) => Promise<void>;
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isAssembler = (
  value: unknown,
): value is (model: LanguageModel, serviceUrl: string) => { readonly tools: ToolSet } =>
  typeof value === 'function';
const isPlaybook = (value: unknown): value is Playbook =>
  typeof value === 'object' && value !== null && 'plays' in value;

const recordCalls = (agent: ChangedAgent, file: string): Promise<string> =>
  withCalledAgent(agent, async ({ model, tools, ask }) => {
    const recorder = createCallRecorder({ name: 'outages', made: 'scripted' });
    await ask({
      model: recordModel(model, recorder),
      tools: recordTools(tools, recorder, { notifyCustomer: 'keyed' }),
    });
    const path = join(root, file);
    await recorder.save(path, { secrets: [] });
    return path;
  });

/** Where the replay of what the unchanged agent called is left by the changed one; and how both recordings differ. */
async function callsOf(agent: ChangedAgent, options: CallReplayOptions) {
  const unchanged = await changedAgent('unchanged', 'findIncidents', 'findIncidents');
  const before = await recordCalls(unchanged, 'before.jsonl');
  const after = await recordCalls(agent, 'after.jsonl');
  const recording = await readAnyRecording(before);
  if (isSession(recording)) throw new Error('it holds calls');
  const calls = openCallReplay(recording, options);
  await withCalledAgent(agent, ({ model, tools, ask }) =>
    // What the agent dies of is the replay's to tell.
    ask({ model: calls.model(model), tools: calls.tools(tools) }).catch(() => undefined),
  );
  const difference = await diff.start({ before, after }, quietIo);
  return { divergence: calls.divergence(), difference: difference.json };
}

const fingerprints = { recorded: expect.any(String), now: expect.any(String) };

test('the agent as it was is the one that was recorded, with its tools at work too', async () => {
  const { card, old } = await changedAgent('unchanged', 'findIncidents', 'findIncidents');
  const same = { exitCode: 0, json: { verdict: 'same', divergences: 0, network: 0 } };
  expect(await replay.start({ recordings: [card] }, quietIo)).toMatchObject(same);
  expect(await replay.start({ recordings: [card], tools: 'live' }, quietIo)).toMatchObject(same);
  expect(await status.start({ recordings: card, tools: 'live' }, quietIo)).toEqual({
    exitCode: 0,
    text: '1 recording, 1 ok, 0 not',
    json: {
      ok: 1,
      recordings: [{ recording: 'X-01', file: resolve(old), state: 'ok', drift: [] }],
    },
  });
  expect(await differenceOf({ card, old })).toMatchObject({ exitCode: 0, text: 'no difference' });
});

test('a renamed tool shows as exactly that', async () => {
  const agent = await changedAgent('renamed', 'findIncidents', 'listIncidents');
  const change = { kind: 'tool-renamed', from: 'findIncidents', to: 'listIncidents' };

  expect(await status.start({ recordings: agent.card }, quietIo)).toMatchObject({
    exitCode: 1,
    text: [
      'drifted    X-01 TOOLS',
      '  tool findIncidents renamed to listIncidents',
      '1 recording, 0 ok, 1 not',
    ].join('\n'),
    json: { recordings: [{ state: 'drifted', drift: [{ class: 'TOOLS', change }] }] },
  });

  const replayed = await replay.start({ recordings: [agent.card] }, quietIo);
  expect(replayed).toMatchObject({
    exitCode: 1,
    json: {
      divergence: {
        class: 'TOOLS',
        at: { exchange: 'model call', place: { lane: '1/outages', ordinal: 0 } },
        difference: {
          subject: 'tools',
          pointer: '/findIncidents/name',
          recorded: 'findIncidents',
          asked: 'listIncidents',
        },
        equal: ['model', 'system', 'schema', 'settings', 'messages'],
        edited: [],
      },
    },
  });
  expect(replayed.text.split('\n').slice(0, 2)).toEqual([
    'REPLAY DIVERGED  X-01   class TOOLS   model call at 1/outages#0',
    ' first cause    tools/findIncidents/name   "findIncidents" → "listIncidents"',
  ]);
  // What is advised finds the card, by its file, and the recording by the card.
  expect(replayed.text).toContain(`the change is meant: npx groundhog record ${agent.card}\n`);
  expect(replayed.text).toContain(`: npx groundhog accept ${agent.card} --class TOOLS `);
  const order = { class: 'TOOLS', reason: 'on trial', until: '2999-12-31' };
  await expect(accept.start({ recording: agent.card, ...order }, quietIo)).rejects.toThrow(
    /more than a year/,
  );

  expect(await differenceOf(agent)).toMatchObject({
    exitCode: 1,
    json: { origin: [], definitions: [change], lanes: [] },
  });

  const { divergence, difference } = await callsOf(agent, {});
  expect(divergence).toMatchObject({
    class: 'TOOLS',
    at: { place: { lane: 'main', ordinal: 0 } },
    difference: { pointer: '/findIncidents/name', asked: 'listIncidents' },
    equal: ['model', 'system', 'schema', 'settings', 'messages'],
  });
  expect(difference).toMatchObject({ origin: [], definitions: [change], lanes: [] });
});

test('an edited sentence of a prompt shows as exactly that', async () => {
  const agent = await changedAgent('edited', 'Look first, then mail once.', 'Look, then mail.');
  const change = {
    kind: 'prompt-changed',
    prompt: 'outages',
    sentences: [{ before: 'Look first, then mail once.', after: 'Look, then mail.' }],
  };

  expect(await status.start({ recordings: agent.card }, quietIo)).toMatchObject({
    exitCode: 1,
    text: [
      'drifted    X-01 SYSTEM',
      '  prompt outages changed',
      '    - Look first, then mail once.',
      '    + Look, then mail.',
      '1 recording, 0 ok, 1 not',
    ].join('\n'),
    json: { recordings: [{ state: 'drifted', drift: [{ class: 'SYSTEM', change }] }] },
  });

  expect(await replay.start({ recordings: [agent.card] }, quietIo)).toMatchObject({
    exitCode: 1,
    json: {
      divergence: {
        class: 'SYSTEM',
        at: { exchange: 'model call', place: { lane: '1/outages', ordinal: 0 } },
        difference: {
          subject: 'system',
          pointer: '/0',
          recorded: 'You tell customers about outages. Look first, then mail once.',
          asked: 'You tell customers about outages. Look, then mail.',
        },
        equal: ['model', 'tools', 'schema', 'settings', 'messages'],
        changes: { definitions: [{ id: 'prompt:outages', ...fingerprints }] },
        edited: [],
      },
    },
  });

  expect(await differenceOf(agent)).toMatchObject({
    exitCode: 1,
    json: { origin: [], definitions: [change], lanes: [] },
  });

  const { divergence, difference } = await callsOf(agent, {});
  expect(divergence).toMatchObject({
    class: 'SYSTEM',
    at: { place: { lane: 'main', ordinal: 0 } },
    difference: { pointer: '/0', asked: 'You tell customers about outages. Look, then mail.' },
    equal: ['model', 'tools', 'schema', 'settings', 'messages'],
  });
  expect(difference).toMatchObject({
    origin: [],
    definitions: [{ ...change, prompt: expect.any(String) }],
    lanes: [],
  });
});

const parsed = 'return z.array(incidentSchema).parse(await response.json())';
const resolved = `${parsed}.map((each) => ({ ...each, status: 'resolved' }))`;

test('a tool whose code answers otherwise shows as exactly that', async () => {
  const agent = await changedAgent('recoded', parsed, resolved);
  const at = { exchange: 'tool findIncidents({})', place: { lane: '1/outages', ordinal: 1 } };
  const values = { recorded: 'open', asked: 'resolved' };
  const divergence = {
    class: 'TOOL_RESULT',
    at,
    difference: { subject: 'outcome', pointer: '/output/0/status', ...values },
    edited: [],
  };

  // Recorded tools do not run, and what the agents are told is what it was.
  expect(await replay.start({ recordings: [agent.card] }, quietIo)).toMatchObject({
    exitCode: 0,
  });
  expect(await status.start({ recordings: agent.card }, quietIo)).toMatchObject({ exitCode: 0 });

  const replayed = await replay.start({ recordings: [agent.card], tools: 'live' }, quietIo);
  expect(replayed).toMatchObject({ exitCode: 1, json: { divergences: 1, divergence } });
  expect(replayed.text.split('\n').slice(0, 2)).toEqual([
    'REPLAY DIVERGED  X-01   class TOOL_RESULT   tool findIncidents({}) at 1/outages#1',
    ' first cause    outcome/output/0/status   "open" → "resolved"',
  ]);

  expect(await status.start({ recordings: agent.card, tools: 'live' }, quietIo)).toMatchObject({
    exitCode: 1,
    text: expect.stringMatching(/^drifted {4}X-01 TOOL_RESULT\n {2}REPLAY DIVERGED/),
    json: { recordings: [{ state: 'drifted', drift: [], divergence }] },
  });

  expect(await differenceOf(agent)).toMatchObject({
    exitCode: 1,
    json: {
      origin: [],
      definitions: [],
      lanes: [
        {
          lane: '1/outages',
          steps: [
            {
              kind: 'changed',
              step: 'tool findIncidents',
              before: at.place,
              leaves: [{ pointer: '/outcome/output/0/status', before: 'open', after: 'resolved' }],
            },
          ],
          repeated: 1,
        },
      ],
    },
  });
});

test('a world that answers a tool otherwise shows as what the tool came to', async () => {
  const { card } = await changedAgent('reworlded', "status: 'open'", "status: 'resolved'");
  const divergence = {
    class: 'TOOL_RESULT',
    at: { exchange: 'tool findIncidents({})' },
    difference: { pointer: '/output/0/status', recorded: 'open', asked: 'resolved' },
  };
  expect(await replay.start({ recordings: [card], tools: 'live' }, quietIo)).toMatchObject({
    exitCode: 1,
    json: { divergence },
  });
  expect(await status.start({ recordings: card, tools: 'live' }, quietIo)).toMatchObject({
    exitCode: 1,
    json: { recordings: [{ state: 'drifted', divergence }] },
  });
});
