import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { type Agent, createHarness, defineAgent, definePrompt, defineTool } from '#harness';
import { memoryBacking, saidByUser, scriptedModel } from '#harness/testing';
import { parseRecording } from '../format/parse-recording.ts';
import type { Recording } from '../format/recording.ts';
import { serializeRecording } from '../format/serialize-recording.ts';
import { createRecorder } from '../recorder/create-recorder.ts';
import { verifyRecording } from '../recorder/verify-recording.ts';
import { tellStory } from '../story/tell-story.ts';
import { replaySession } from './replay-session.ts';

// What a person clears is no run's: it has a line of its own, and where that stands is when it happened.

const principal = { id: 'customer-1', role: 'customer', tenant: 'parcels-inc' };

const agents: readonly Agent[] = [
  defineAgent({
    name: 'desk',
    prompt: definePrompt('desk', 'You help.'),
    tools: [
      defineTool({
        name: 'pay',
        version: '1',
        owner: 'tests',
        description: 'Pays.',
        input: z.object({}),
        output: z.object({}),
        effect: 'keyed',
        agents: ['desk'],
        approval: async () => ({ roles: ['lead'], reason: 'always', stateVersion: '1' }),
        execute: async () => ({}),
      }),
    ],
    handoffs: [],
    turnLimit: 3,
  }),
];
const session = { agents, entry: 'desk' };

/** One question is answered, the next waits for a person; the session is cleared behind the first and, by force, the second. */
async function record(): Promise<Recording> {
  const recorder = createRecorder({
    name: 'cleared',
    made: 'scripted',
    model: { provider: 'scripted', modelId: 'desk' },
    agents,
  });
  await using harness = await createHarness({
    ...session,
    model: scriptedModel({
      name: 'desk',
      plays: [
        {
          name: 'pay',
          when: (each) => saidByUser(each, /pay/),
          answer: () => ({ calls: [{ tool: 'pay', input: {} }] }),
        },
        {
          name: 'count',
          when: () => true,
          answer: ({ messages }) => ({ text: `I was told ${messages.length}.` }),
        },
      ],
    }),
    backing: memoryBacking(),
    exchanges: recorder.exchanges,
  });
  const sessionId = 'session-1';
  const send = (messageId: string, text: string): Promise<string> =>
    harness.send({ sessionId, messageId, text, principal });
  await harness.outcome(await send('a', 'Hello.'));
  await harness.clear({ sessionId, by: principal });
  await send('b', 'Please pay me.');
  while ((await harness.approvals.list(principal.tenant)).length === 0) await pause(1);
  await harness.clear({ sessionId, by: principal, force: true });
  expect(await harness.outcome('b')).toMatchObject({ kind: 'cancelled' });
  expect(await harness.outcome(await send('c', 'What do you know?'))).toMatchObject({
    text: 'I was told 1.',
  });
  return recorder.finish(await harness.events(sessionId));
}

const recording = await record();
const text = serializeRecording(recording);

test('each clear is a line between the messages, replays at its place, and is told as a step', async () => {
  expect(parseRecording(text, 'cleared.jsonl')).toEqual(recording);
  const said = recording.exchanges.filter(({ t }) => t === 'message' || t === 'clear');
  expect(said).toMatchObject([
    { t: 'message', text: 'Hello.' },
    { t: 'clear', lane: 'clear', n: 0, by: principal },
    { t: 'message', text: 'Please pay me.' },
    { t: 'clear', lane: 'clear', n: 1, by: principal, force: true },
    { t: 'message', text: 'What do you know?' },
  ]);
  expect(said[1]).not.toHaveProperty('force');
  const report = await replaySession({ recording, ...session });
  expect(report).toMatchObject({ divergences: 0, exchanges: recording.exchanges.length });
  await verifyRecording({ recording, ...session });
  const steps = tellStory(recording).steps.filter(({ kind }) => kind === 'clear');
  expect(steps).toMatchObject([{ force: false }, { force: true }]);
});

test('a clear that is deleted, or moved behind the next message, is missed', async () => {
  const lines = text.split('\n');
  const first = lines.findIndex((line) => line.includes('"t":"clear"'));
  const without = lines.toSpliced(first, 1).join('\n');
  const later = lines.findIndex((line) => line.includes('"t":"clear"') && line.includes('"n":1'));
  const moved = lines
    .toSpliced(first, 1)
    .toSpliced(later - 1, 0, lines[first] ?? '')
    .join('\n');
  for (const edited of [without, moved]) {
    const replayed = { recording: parseRecording(edited, 'cleared.jsonl'), ...session };
    expect((await replaySession(replayed)).divergence).toBeDefined();
  }
});
