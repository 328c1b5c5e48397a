import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import {
  type Agent,
  createHarness,
  type Database,
  defineAgent,
  definePrompt,
  defineTool,
  durableBacking,
  type Harness,
  type HarnessOptions,
  type SavedSession,
  sessionArchive,
  systemHost,
} from '#harness';
import { lastToolResult, saidByUser, scriptedModel, testDatabases } from '#harness/testing';
import { serializeRecording } from '../format/serialize-recording.ts';
import { replaySession } from '../replayer/replay-session.ts';
import { captureSession } from './capture-session.ts';
import { framingLoss } from './losses-of.ts';

// What is refused, and why: of a session that is captured nothing is guessed.

let database: Database;
beforeAll(async () => {
  database = await testDatabases.PGlite();
}, 120_000);
afterAll(() => database.close());

const principal = { id: 'customer-1', role: 'customer', tenant: 'parcels-inc' };

function deskAgents({
  prompt = 'You help.',
  description = 'Pays.',
}: {
  readonly prompt?: string;
  readonly description?: string;
} = {}): readonly Agent[] {
  const pay = defineTool({
    name: 'pay',
    version: '1',
    owner: 'tests',
    description,
    input: z.object({}),
    output: z.object({ receipt: z.string() }),
    effect: 'keyed',
    agents: ['desk'],
    approval: async () => ({ roles: ['lead'], reason: 'always', stateVersion: '1' }),
    execute: async () => ({ receipt: 'r-1' }),
  });
  const tools = [pay];
  return [
    defineAgent({
      name: 'desk',
      prompt: definePrompt('desk', prompt),
      tools,
      handoffs: [],
      turnLimit: 4,
    }),
  ];
}

const desk = { agents: deskAgents(), entry: 'desk' };
const model = scriptedModel({
  name: 'desk',
  plays: [
    {
      name: 'pay',
      when: (talk) => saidByUser(talk, /pay/) && lastToolResult(talk, 'pay') === undefined,
      answer: () => ({ calls: [{ tool: 'pay', input: {} }] }),
    },
    { name: 'answer', when: () => true, answer: () => ({ text: 'That is so, ada@example.com.' }) },
  ],
});

async function open(options: Partial<HarnessOptions> = {}): Promise<Harness> {
  return createHarness({
    ...desk,
    model,
    backing: await durableBacking({
      database,
      identity: { application: 'capture', version: 'capture', executorId: 'capture' },
    }),
    ...options,
  });
}

/** Says the texts one after the other, and waits for what is answered. */
async function say(harness: Harness, sessionId: string, texts: readonly string[]): Promise<void> {
  for (const [index, text] of texts.entries()) {
    const messageId = `${sessionId}/${index + 1}`;
    await harness.send({ sessionId, messageId, text, principal });
    await harness.outcome(messageId);
  }
}

async function saved(sessionId: string): Promise<SavedSession> {
  const session = await sessionArchive(database).read(sessionId);
  if (session === undefined) throw new TypeError(`there is no ${sessionId}`);
  return session;
}

async function untilAsked(harness: Harness, sessionId: string): Promise<string> {
  for (;;) {
    const [asked] = await harness.approvals.list(principal.tenant, sessionId);
    if (asked !== undefined) return asked.approvalId;
    await pause(10);
  }
}

test('a session is captured as far as its runs have ended, and it is said which have not', async () => {
  await using harness = await open();
  await say(harness, 'waits', ['How are you? I am bob@example.com.']);
  await harness.send({ sessionId: 'waits', messageId: 'waits/2', text: 'pay', principal });
  await untilAsked(harness, 'waits');
  const { recording, left } = await captureSession({
    saved: await saved('waits'),
    name: 'waits',
    ...desk,
  });
  expect(left).toEqual(['waits/2']);
  expect(recording.header).toMatchObject({
    made: 'captured:desk',
    model: { provider: 'scripted', modelId: 'desk' },
    losses: [framingLoss],
  });
  expect(recording.exchanges.map(({ t, lane, n }) => `${t} ${lane}#${n}`)).toEqual([
    'message 1#0',
    'clock 1#1',
    'dice 1#2',
    'model 1/desk#0',
  ]);
  // As every recording: without addresses.
  expect(serializeRecording(recording)).not.toContain('@example.com');
  expect(await replaySession({ recording, ...desk })).toMatchObject({ verdict: 'same' });
  await harness.cancel('waits', 'waits/2');
  await harness.outcome('waits/2');
});

test('of a session without a run that has ended nothing is captured', async () => {
  await using harness = await open();
  await harness.send({ sessionId: 'only', messageId: 'only/1', text: 'pay', principal });
  await untilAsked(harness, 'only');
  await expect(
    captureSession({ saved: await saved('only'), name: 'only', ...desk }),
  ).rejects.toMatchObject({ code: 'NOTHING_TO_CAPTURE' });
  await harness.cancel('only', 'only/1');
  await harness.outcome('only/1');
  expect(await sessionArchive(database).read('nowhere')).toBeUndefined();
});

test('what agents were told and given then is proved by what is kept of each question', async () => {
  await using harness = await open();
  await say(harness, 'told', ['How are you?', 'And now?']);
  const session = await saved('told');
  const capture = (agents: readonly Agent[]): Promise<unknown> =>
    captureSession({ saved: session, name: 'told', entry: 'desk', agents });
  await expect(capture(deskAgents({ prompt: 'You help quickly.' }))).rejects.toThrow(
    'step model#1 of run told/1, desk has another prompt today than then',
  );
  await expect(capture(deskAgents({ description: 'Pays at once.' }))).rejects.toThrow(
    'the model would be asked something else today: tools,',
  );
  await expect(capture(deskAgents())).resolves.toMatchObject({ left: [] });
});

test('a session of a version that kept less of its questions is captured, and that is among its losses', async () => {
  await using harness = await open();
  await say(harness, 'older', ['How are you?']);
  const session = withoutAsked(await saved('older'));
  const { recording } = await captureSession({ saved: session, name: 'older', ...desk });
  expect(recording.header).toMatchObject({
    made: 'captured:unknown',
    losses: [framingLoss, expect.stringContaining('composed by the agents of today')],
  });
  // Of another prompt the log knows.
  await expect(
    captureSession({
      saved: session,
      name: 'older',
      entry: 'desk',
      agents: deskAgents({ prompt: 'You help quickly.' }),
    }),
  ).rejects.toThrow('desk has another prompt today than then');
});

const withoutAsked = (session: SavedSession): SavedSession =>
  JSON.parse(
    JSON.stringify(session, (key: string, value: unknown) => (key === 'asked' ? undefined : value)),
  );

/** What was kept with one thing of it changed. */
function changed<Kept>(kept: Kept, from: string, to: string): Kept {
  const text = JSON.stringify(kept);
  expect(text).toContain(from);
  return JSON.parse(text.replace(from, to));
}

const captureKept = (kept: SavedSession): Promise<unknown> =>
  captureSession({ saved: kept, name: kept.sessionId, ...desk });

test('a session that went on with another model says of each answer whose it is, and replays', async () => {
  {
    await using harness = await open();
    await say(harness, 'moved', ['How are you?']);
  }
  await using harness = await open({ model: { ...model, modelId: 'later' } });
  await harness.send({ sessionId: 'moved', messageId: 'moved/2', text: 'And now?', principal });
  await harness.outcome('moved/2');
  const { recording } = await captureSession({
    saved: await saved('moved'),
    name: 'moved',
    ...desk,
  });
  const answeredBy = recording.exchanges.flatMap((each) =>
    each.t === 'model' ? [(each.model ?? recording.header.model).modelId] : [],
  );
  expect(answeredBy).toEqual(['desk', 'later']);
  expect(recording.header).toMatchObject({ model: { modelId: 'desk' }, losses: [framingLoss] });
});

test('what a step has saved and what the log says are two witnesses, and must agree', async () => {
  await using harness = await open();
  const decide = async (): Promise<void> => {
    const approvalId = await untilAsked(harness, 'paid');
    const by = { id: 'lea', role: 'lead', tenant: principal.tenant };
    await harness.approvals.decide({ approvalId, by, verdict: 'approve', reason: 'fine' });
  };
  await Promise.all([say(harness, 'paid', ['pay']), decide()]);
  const session = await saved('paid');
  await expect(captureKept(session)).resolves.toMatchObject({ left: [] });
  // The first place is the step's.
  await expect(captureKept(changed(session, '"r-1"', '"r-2"'))).rejects.toThrow(
    /step model#2 of run paid\/1|tool-completed/,
  );
  const events = changed(session.events, '"verdict":"approved"', '"verdict":"rejected"');
  await expect(captureKept({ ...session, events })).rejects.toThrow(
    'approval-decided is told otherwise',
  );
  await expect(
    captureKept({
      ...session,
      runs: session.runs.map((run) => ({ ...run, steps: run.steps.slice(0, -1) })),
    }),
  ).rejects.toThrow('the run went on with its end instead');
});

test('what a recording has no line for, or nobody kept, is refused with what can be had instead', async () => {
  await using harness = await open();
  await say(harness, 'ended', ['How are you?']);
  await harness.send({ sessionId: 'ended', messageId: 'ended/2', text: 'pay', principal });
  await untilAsked(harness, 'ended');
  await harness.send({ sessionId: 'ended', messageId: 'ended/3', text: 'And now?', principal });
  await harness.cancel('ended', 'ended/3');
  await harness.cancel('ended', 'ended/2');
  await harness.outcome('ended/3');
  const session = await saved('ended');
  await expect(captureSession({ saved: session, name: 'ended', ...desk })).rejects.toMatchObject({
    code: 'CAPTURE_REFUSED',
    message:
      'Session ended cannot be captured: at step model#1 of run ended/3, the run was cancelled, and a recording has no line for that. What comes before can be: --runs 2.',
    hint: 'What comes before can be: --runs 2.',
  });
  const two = await captureSession({ saved: session, name: 'ended', ...desk, runs: 2 });
  expect(two.left).toEqual(['ended/3']);
  const broken = session.runs.map((run) => ({ ...run, ending: 'broken' as const }));
  await expect(
    captureSession({ saved: { ...session, runs: broken }, name: 'ended', ...desk }),
  ).rejects.toThrow('at run ended/1, the run broke off and has no end');
});

test('a turn that a quota refused is no answer of a model', async () => {
  const limits = [{ id: 'few', per: ['principal' as const], unit: 'tokens', windowMs: 1, max: 1 }];
  const host = { ...systemHost(), clock: { ...systemHost().clock, now: () => 1 } };
  await using harness = await open({ limits, host });
  await say(harness, 'quota', ['How are you?', 'And now?']);
  await expect(captureKept(await saved('quota'))).rejects.toThrow(
    'step model#1 of run quota/2, a quota had nothing left, and a recording knows no quotas. What comes before can be: --runs 1.',
  );
});

test('what a model said that was withheld is gone', async () => {
  await using harness = await open({ output: { canaries: ['That is so'], internalMarkers: [] } });
  await say(harness, 'withheld', ['How are you?']);
  await expect(
    captureSession({ saved: await saved('withheld'), name: 'withheld', ...desk }),
  ).rejects.toMatchObject({
    message: expect.stringContaining('what the model said was withheld, and not kept'),
    hint: 'Nothing comes before it that could be captured.',
  });
});
