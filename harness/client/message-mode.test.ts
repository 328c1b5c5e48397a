import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { defineAgent, definePrompt } from '../agent/define-agent.ts';
import { createHarness, type Harness } from '../create-harness.ts';
import { startServer } from '../server/start-server.ts';
import { memoryBacking } from '../testing/memory-backing.ts';
import { scriptedModel } from '../testing/scripted-model.ts';
import { defineTool } from '../tools/define-tool.ts';
import { type Connection, connect } from './connect.ts';
import { emptyConversation, foldConversation } from './fold-conversation.ts';

// What a client says a message is to the run in progress, over HTTP.

const principal = { id: 'cus_1', role: 'customer', tenant: 'larkspur' };

const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close();
});

/** A served harness whose run stands within a tool until it is let go; its model says what it was told to do last. */
async function open(): Promise<{
  readonly client: Connection;
  readonly harness: Harness;
  /** The first message's run stands within its tool. */
  readonly atWork: Promise<void>;
  readonly letGo: () => void;
}> {
  const atWork = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const lookUp = defineTool({
    name: 'lookUp',
    version: '1',
    owner: 'tests',
    description: 'Looks something up.',
    input: z.object({}),
    output: z.object({}),
    effect: 'read',
    agents: ['helper'],
    execute: async () => {
      atWork.resolve();
      await released.promise;
      return {};
    },
  });
  const prompt = definePrompt('helper', 'You help.');
  const harness = await createHarness({
    agents: [defineAgent({ name: 'helper', prompt, tools: [lookUp], handoffs: [], turnLimit: 4 })],
    entry: 'helper',
    model: scriptedModel({
      name: 'does as told last',
      plays: [
        {
          name: 'look up first',
          when: ({ messages }) => messages.length === 1,
          answer: () => ({ calls: [{ tool: 'lookUp', input: {} }] }),
        },
        {
          name: 'answer',
          when: () => true,
          answer: ({ messages }) => ({
            text: `As you say: ${messages.findLast((each) => each.role === 'user')?.text ?? ''}`,
          }),
        },
      ],
    }),
    backing: memoryBacking(),
  });
  const server = await startServer({ harness, access: { kind: 'development', principal } });
  const client = connect({ url: server.url, sessionId: 's1' });
  opened.push(
    () => harness.close(),
    () => server.close(),
    client.close,
    released.resolve,
  );
  return { client, harness, atWork: atWork.promise, letGo: released.resolve };
}

/** What a viewer of the whole session has before it when both runs have ended. */
async function shownOf(client: Connection): Promise<readonly string[]> {
  let conversation = emptyConversation;
  let ended = 0;
  for await (const item of client.items()) {
    conversation = foldConversation(conversation, item);
    if (item.kind !== 'event') continue;
    if (['run-completed', 'run-steered'].includes(item.event.fact.type)) ended += 1;
    if (ended === 2) break;
  }
  return conversation.parts.flatMap((part) =>
    part.kind === 'said' || part.kind === 'answered' ? [part.text] : [],
  );
}

const turnsOver = [
  {
    mode: 'steer' as const,
    status: 'steered',
    shown: ['the lamp', 'the cable', 'As you say: the cable'],
  },
  {
    mode: 'queue' as const,
    status: 'completed',
    shown: ['the lamp', 'As you say: the lamp', 'the cable', 'As you say: the cable'],
  },
  {
    mode: undefined,
    status: 'completed',
    shown: ['the lamp', 'As you say: the lamp', 'the cable', 'As you say: the cable'],
  },
];

test.for(turnsOver)(
  'a message sent during a run with mode $mode ends as $status, and viewers see it where it was read',
  async ({ mode, status, shown }) => {
    const { client, harness, atWork, letGo } = await open();
    await client.send({ messageId: 'm1', text: 'the lamp' });
    await atWork;
    const second = { messageId: 'm2', text: 'the cable', ...(mode === undefined ? {} : { mode }) };
    expect(await client.send(second)).toBe('s1/m2');
    while (!(await harness.savedSteps('s1/m2')).includes('receive-message')) await pause(2);
    letGo();
    expect(await shownOf(client)).toEqual(shown);
    expect(await client.ask('/v1/sessions/s1')).toMatchObject({
      runs: [
        { runId: 's1/m1', status: 'completed' },
        { runId: 's1/m2', status },
      ],
    });
    // Sent again in the same mode it is the same run.
    expect(await client.send(second)).toBe('s1/m2');
  },
);

test.for(['shout', 'STEER', '', null, 1, ['steer']])(
  'mode %j is refused with a typed error, and begins nothing',
  async (mode) => {
    const { client, harness } = await open();
    const message = { messageId: 'm1', text: 'the lamp', mode };
    await expect(client.ask('/v1/sessions/s1/messages', message)).rejects.toMatchObject({
      status: 400,
      code: 'REQUEST_INVALID',
      message: expect.stringContaining('These do not fit: mode.'),
    });
    await expect(client.ask('/v1/sessions/s1')).rejects.toMatchObject({ status: 404 });
    expect(await harness.isKnown('s1/m1')).toBe(false);
  },
);

test('a message whose mode is another than before is another message under its id', async () => {
  const { client, atWork } = await open();
  await client.send({ messageId: 'm1', text: 'the lamp' });
  await atWork;
  await expect(
    client.send({ messageId: 'm1', text: 'the lamp', mode: 'steer' }),
  ).rejects.toMatchObject({ status: 409, code: 'MESSAGE_ID_TAKEN' });
});
