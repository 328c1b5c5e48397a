import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  createHarness,
  defineAgent,
  definePrompt,
  defineTool,
  jsonLog,
  loggedStore,
  ToolRefusal,
} from '#harness';
import {
  lastToolResult,
  memoryBacking,
  type Playbook,
  scriptedModel,
  simulatedHost,
} from '#harness/testing';
import { readRecording, writeRecording } from '../format/recording-file.ts';
import { SecretFoundError } from '../format/secret-found-error.ts';
import { replaySession } from '../replayer/replay-session.ts';
import { createRecorder } from './create-recorder.ts';
import { verifyRecording } from './verify-recording.ts';

const canaries = {
  address: 'canary.bird@cage.example',
  card: '4242 4242 4242 4242',
  key: `sk-proj-${'canary0123456789'.repeat(2)}`,
} as const;
const all = Object.values(canaries).join(' and ');
const [secondAddress, thirdAddress] = ['second.bird@cage.example', 'third.bird@cage.example'];

const base = { version: '1', owner: 'cage', agents: ['keeper'], input: z.object({}) } as const;
const lookUp = defineTool({
  ...base,
  name: 'lookUp',
  description: 'Says all it knows.',
  output: z.object({ note: z.string() }),
  effect: 'read',
  execute: async () => ({ note: `${secondAddress}; ${all}` }),
});
const refuse = defineTool({
  ...base,
  name: 'refuse',
  description: 'Says why not.',
  output: z.object({}),
  effect: 'compute',
  execute: async () => {
    throw new ToolRefusal('CAGE_SHUT', `Not for ${thirdAddress}, ${all}.`);
  },
});

const agentsWith = (prompt: string) => [
  defineAgent({
    name: 'keeper',
    prompt: definePrompt('keeper', prompt),
    tools: [lookUp, refuse],
    handoffs: [],
    turnLimit: 5,
  }),
];

const chatty: Playbook = {
  name: 'chatty',
  plays: [
    {
      name: 'look up',
      when: (talk) => lastToolResult(talk, 'lookUp') === undefined,
      answer: () => ({ text: `I look for ${all}.`, calls: [{ tool: 'lookUp', input: {} }] }),
    },
    {
      name: 'be refused',
      when: (talk) => lastToolResult(talk, 'refuse') === undefined,
      answer: () => ({ calls: [{ tool: 'refuse', input: {} }] }),
    },
    {
      name: 'tell',
      when: () => true,
      answer: () => ({ text: `It is ${thirdAddress}, not ${canaries.address}.` }),
    },
  ],
};

/** Plays a session in which everybody says what must not be kept; its log goes to `write`. */
async function record(agents: ReturnType<typeof agentsWith>, write: (line: string) => void) {
  const host = simulatedHost({ startsAt: 1_767_225_600_000, seed: 7 });
  const log = await jsonLog({ write });
  const model = scriptedModel(chatty);
  const recorder = createRecorder({ name: 'cage', made: 'scripted', model, agents });
  const backing = memoryBacking(host);
  await using harness = await createHarness({
    agents,
    entry: 'keeper',
    model,
    backing: { ...backing, store: loggedStore(backing.store, log) },
    host: { ...host, log },
    exchanges: recorder.exchanges,
  });
  const principal = { id: 'customer-1', role: 'customer', tenant: 'cage' };
  await harness.send({ sessionId: 's', messageId: 'm', text: `Hello, ${all}`, principal });
  const outcome = await harness.outcome('m');
  const events = await harness.events('s');
  return { outcome, events, recording: recorder.finish(events) };
}

async function withDirectory(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'groundhog-canary-'));
  try {
    await use(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

test('an address, a card and a key said by a person, a model, a tool and its error reach no file, and it replays', async () => {
  await withDirectory(async (directory) => {
    const agents = agentsWith('You keep birds.');
    const lines: string[] = [];
    const { outcome, events, recording } = await record(agents, (line) => lines.push(line));
    expect(outcome.kind).toBe('answered');
    // They were said: the session itself still knows the address it may keep.
    expect(JSON.stringify(events)).toContain(canaries.address);
    const path = join(directory, 'cage.jsonl');
    await verifyRecording({ recording, agents, entry: 'keeper' });
    await writeRecording(path, recording);
    const written = [await readFile(path, 'utf8'), ...lines].join('\n');
    expect(lines.length).toBeGreaterThan(3);
    for (const canary of [...Object.values(canaries), secondAddress, thirdAddress]) {
      expect(written).not.toContain(canary);
    }
    // Three addresses, told apart throughout.
    expect([...new Set(written.match(/\[e-mail \d+\]/g))].toSorted()).toEqual([
      '[e-mail 1]',
      '[e-mail 2]',
      '[e-mail 3]',
    ]);
    const replay = await replaySession({
      recording: await readRecording(path),
      agents,
      entry: 'keeper',
    });
    expect(replay.divergence).toBeUndefined();
  });
});

test('a recording that would hold an address all the same, from a prompt, is not written', async () => {
  await withDirectory(async (directory) => {
    const agents = agentsWith(`You keep birds. Escalate to ${canaries.address}.`);
    const { recording } = await record(agents, () => undefined);
    const writing = writeRecording(join(directory, 'cage.jsonl'), recording);
    await expect(writing).rejects.toThrow(SecretFoundError);
    expect(await readdir(directory)).toEqual([]);
  });
});
