import { expect, test } from 'vitest';
import { isSession } from '../../format/call-recording.ts';
import { parseAnyRecording } from '../../format/parse-recording.ts';
import { serializeRecording } from '../../format/serialize-recording.ts';
import { type OrderAgentOptions, orderAgent } from '../../testing/order-agent.ts';
import type { DriftPolicy } from '../policy/drift-policy.ts';
import { ReplayDivergedError } from '../replay-diverged-error.ts';
import { formatDivergence } from '../report/format-divergence.ts';
import { formatStandings } from '../report/format-standings.ts';
import { type CallReplayOptions, openCallReplay } from './open-call-replay.ts';

const today = '2026-11-26';
const warned = { level: 'warn', reason: 'on trial', until: '2026-12-31' } as const;

const recorded = await orderAgent().record();

/** Replays the agent, changed, against what the unchanged one did. */
async function play(
  change: OrderAgentOptions,
  policy: DriftPolicy,
  options: Omit<CallReplayOptions, 'drift'> = {},
) {
  const replay = openCallReplay(recorded, { ...options, drift: { policy, today } });
  const text = await orderAgent(change).replay(replay);
  return { text, replay, report: () => replay.finish() };
}

const instructions = 'You answer customers. Look twice.';

test('the recorded answer is served although a class differs that is accepted, and every place is listed', async () => {
  const { text, report } = await play({ instructions }, { SYSTEM: warned });
  expect(text).toBe('I have looked it up.');
  expect(report()).toMatchObject({
    verdict: 'same',
    models: 2,
    tools: 1,
    drifts: [
      { class: 'SYSTEM', at: { place: { lane: 'main', ordinal: 0 } } },
      { class: 'SYSTEM', at: { place: { lane: 'main', ordinal: 2 } } },
    ],
    policies: [{ class: 'SYSTEM', ...warned, isExpired: false, drifts: 2 }],
  });
  expect(formatStandings(report())).toMatchInlineSnapshot(`
    [
      "policy SYSTEM: warn until 2026-12-31, 2 places (on trial)",
      "warning: SYSTEM model call at main#0, and 1 more   system/0   "You answer customers. Look before you answer." → "You answer customers. Look twice."",
    ]
  `);
});

test('all other classes stay strict, in the same request too', async () => {
  const { text, replay } = await play({ instructions, modelId: 'another' }, { SYSTEM: warned });
  expect(text).toBeUndefined();
  expect(replay.divergence()).toMatchObject({ class: 'MODEL' });
  const both = await play(
    { instructions, modelId: 'another' },
    { SYSTEM: warned, MODEL: { ...warned, level: 'ignore' } },
  );
  expect(both.report()).toMatchObject({
    verdict: 'same',
    policies: [
      { class: 'MODEL', drifts: 2 },
      { class: 'SYSTEM', drifts: 2 },
    ],
  });
});

test('after its last day a policy is an error again, and the report says so', async () => {
  const ended = { ...warned, until: '2026-11-25' };
  const { replay, report } = await play({ instructions }, { SYSTEM: ended });
  expect(report).toThrow(ReplayDivergedError);
  const divergence = replay.divergence();
  expect(divergence).toMatchObject({ class: 'SYSTEM', expired: ended });
  expect(divergence && formatDivergence(divergence)).toMatch(
    /expired +accepted until 2026-11-25: on trial/,
  );
});

test('what a live tool came to is accepted, and the agent goes on with what is recorded', async () => {
  const live = { tools: 'live' } as const;
  const strict = await play({ status: 'lost' }, {}, live);
  expect(strict.replay.divergence()).toMatchObject({
    class: 'TOOL_RESULT',
    at: { exchange: 'tool findOrder({"id":"A-7"})' },
    difference: { pointer: '/output/status', recorded: 'on its way', asked: 'lost' },
  });
  const accepted = await play({ status: 'lost' }, { TOOL_RESULT: warned }, live);
  expect(accepted.report()).toMatchObject({
    verdict: 'same',
    drifts: [{ class: 'TOOL_RESULT', at: { place: { lane: 'main', ordinal: 1 } } }],
  });
});

test('an edited file and a call that is missing are accepted by their classes, and by no other', async () => {
  const text = serializeRecording(recorded).replace('on its way', 'on the way');
  const edited = parseAnyRecording(text, 'orders.jsonl');
  if (isSession(edited)) throw new Error('it holds calls');
  const end = (policy: DriftPolicy) =>
    openCallReplay(edited, { drift: { policy, today } }).finish();
  expect(() => end({ EDITED: warned })).toThrow(/class MISSING_CALL/);
  expect(() => end({ MISSING_CALL: warned })).toThrow(/class EDITED/);
  expect(end({ MISSING_CALL: warned, EDITED: warned })).toMatchObject({
    verdict: 'same',
    models: 0,
    drifts: [{ class: 'MISSING_CALL' }, { class: 'EDITED' }],
  });
});

test('how to record calls again no command knows', async () => {
  const { replay } = await play({ instructions }, {});
  const divergence = replay.divergence();
  expect(divergence && formatDivergence(divergence).split('\n').slice(-3)).toMatchInlineSnapshot(`
    [
      " fix            the change is meant: record the calls of orders again",
      "                it is meant for a while: npx groundhog accept FILE --class SYSTEM --reason TEXT --until YYYY-MM-DD",
      "                it is not: undo it, in the code or in the recording (git diff)",
    ]
  `);
});
