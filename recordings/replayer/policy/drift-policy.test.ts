import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineTool } from '#harness';
import { parseRecording } from '../../format/parse-recording.ts';
import type { Recording } from '../../format/recording.ts';
import { serializeRecording } from '../../format/serialize-recording.ts';
import {
  parcelAgents,
  parcelEntry,
  recordParcelSession,
  runParcelSession,
} from '../../testing/parcel-desk.ts';
import { openReplay } from '../open-replay.ts';
import { replaySession } from '../replay-session.ts';
import { formatDivergence } from '../report/format-divergence.ts';
import { formatStandings } from '../report/format-standings.ts';
import type { DriftAcceptance, DriftPolicy } from './drift-policy.ts';

const recording = await recordParcelSession();
const today = '2026-11-26';
const warned: DriftAcceptance = { level: 'warn', reason: 'a trial', until: '2026-12-31' };
const ignored: DriftAcceptance = { ...warned, level: 'ignore' };
const reworded = parcelAgents({ prompt: 'You find parcels.' });

async function replay(
  policy: DriftPolicy,
  { agents = parcelAgents(), copy = recording, day = today } = {},
) {
  const session = { recording: copy, agents, entry: parcelEntry, guard: false };
  return replaySession({ ...session, drift: { policy, today: day } });
}

function edited(before: string, after: string): Recording {
  const text = serializeRecording(recording);
  expect(text).toContain(before);
  return { ...parseRecording(text.replace(before, after), 'copy.jsonl'), editedLines: [] };
}

test('an accepted class is counted at every place, and the run goes on with the recorded answers', async () => {
  const report = await replay({ SYSTEM: warned }, { agents: reworded });
  expect(report.divergence).toBe(undefined);
  expect(report).toMatchObject({ verdict: 'same', exchanges: 15, divergences: 0 });
  expect(report.drifts.map(({ class: kind, at, line }) => [kind, at?.place.lane, line])).toEqual([
    ['SYSTEM', '1/parcels', 13],
    ['SYSTEM', '1/parcels', 15],
    ['SYSTEM', '1/parcels', 18],
    ['SYSTEM', '2/parcels', 22],
  ]);
  expect(formatStandings(report)).toMatchInlineSnapshot(`
    [
      "policy SYSTEM: warn until 2026-12-31, 4 places (a trial)",
      "warning: SYSTEM model call at 1/parcels#0, and 3 more   system/0   "You find parcels. Weigh before you promise." → "You find parcels."",
    ]
  `);
});

test('what is ignored is in the summary too, and so is a policy that nothing needed', async () => {
  const report = await replay({ SYSTEM: ignored, PARAMS: warned }, { agents: reworded });
  expect(formatStandings(report)).toMatchInlineSnapshot(`
    [
      "policy SYSTEM: ignore until 2026-12-31, 4 places (a trial)",
      "policy PARAMS: warn until 2026-12-31, nothing needed it (a trial)",
    ]
  `);
});

test('the other classes stay strict, in the same request too', async () => {
  const agents = parcelAgents({ prompt: 'You find parcels.', description: 'Finds it.' });
  const report = await replay({ SYSTEM: ignored }, { agents });
  expect(report.divergence).toMatchObject({
    class: 'TOOLS',
    equal: expect.not.arrayContaining(['system']),
  });
  expect((await replay({ SYSTEM: ignored, TOOLS: ignored }, { agents })).verdict).toBe('same');
});

test('one accepted part of a conversation does not cover for another', async () => {
  const both = edited('"weightGrams":1200}', '"weightGrams":1201}');
  const text = serializeRecording(both).replace('"n":0,"text":"Thank', '"n":0,"text":"Thanx');
  const copy = { ...parseRecording(text, 'copy.jsonl'), editedLines: [] };
  // The weight is also in the log, and in what the model asks of the next tool; the second message is another's.
  const report = await replay({ TOOL_RESULT: ignored }, { copy });
  expect(report.divergence).toMatchObject({ class: 'MESSAGE', cause: { exchange: 'message' } });
  expect(report.drifts.map(({ class: kind }) => kind)).toContain('TOOL_RESULT');
});

test('a live tool that answers otherwise is answered for by the recording', async () => {
  const live = openReplay(recording, {
    tools: 'live',
    drift: { policy: { TOOL_RESULT: warned }, today },
  });
  const agents = parcelAgents({ weightGrams: () => 1300 });
  const events = await runParcelSession({ agents, model: live.model, exchanges: live.exchanges });
  expect(live.finish(events)).toMatchObject({
    verdict: 'same',
    exchanges: 15,
    drifts: [{ class: 'TOOL_RESULT', difference: { recorded: 1200, asked: 1300 } }],
  });
});

test.for([
  ['TOOL_INPUT', '"effect":"read","input":{"id":"P-7"}', '"effect":"read","input":{"id":"P-8"}'],
  ['ORDER', '"call":"call2"', '"call":"call9"'],
  ['PARAMS', '"settings":{', '"settings":{"temperature":1,'],
  ['SCHEMA', '"settings":{', '"settings":{"responseFormat":{"type":"json"},'],
  ['EVENTS', '"message-received"', '"message-sent"'],
] as const)('%s can be accepted', async ([kind, before, after]) => {
  const copy = edited(before, after);
  expect((await replay({}, { copy })).divergence?.class).toBe(kind);
  const report = await replay({ [kind]: ignored }, { copy });
  expect(report).toMatchObject({ verdict: 'same', drifts: [{ class: kind }] });
});

test('exchanges that change places are served from where they stand, where their order is accepted', async () => {
  const copy: Recording = {
    ...recording,
    exchanges: recording.exchanges.map((each) =>
      each.lane === '1/parcels' && (each.n === 3 || each.n === 4)
        ? { ...each, n: 7 - each.n }
        : each,
    ),
  };
  expect((await replay({}, { copy })).divergence?.class).toBe('ORDER');
  expect(await replay({ ORDER: ignored }, { copy })).toMatchObject({
    verdict: 'same',
    exchanges: 15,
    drifts: [{ class: 'ORDER' }, { class: 'ORDER' }],
  });
});

test('a policy holds through its last day, and is an error on the next', async () => {
  const policy = { SYSTEM: { ...warned, until: today } };
  expect((await replay(policy, { agents: reworded })).verdict).toBe('same');
  const late = await replay(policy, { agents: reworded, day: '2026-11-27' });
  expect(late.policies).toMatchObject([{ class: 'SYSTEM', isExpired: true, drifts: 0 }]);
  expect(
    [late.divergence && formatDivergence(late.divergence), ...formatStandings(late)].join('\n'),
  ).toMatchInlineSnapshot(`
    "REPLAY DIVERGED  parcel-desk   class SYSTEM   model call at 1/parcels#0
     first cause    system/0   "You find parcels. Weigh before you promise." → "You find parcels."
     equal          model, tools, schema, settings, messages
     recorded next  tool findParcel({"id":"P-7"}) at 1/parcels#1
     expired        accepted until 2026-11-26: a trial
     fix            the change is meant: npx groundhog record parcel-desk
                    it is meant for a while: npx groundhog accept parcel-desk --class SYSTEM --reason TEXT --until YYYY-MM-DD
                    it is not: undo it, in the code or in the recording (git diff)
    policy SYSTEM: ended on 2026-11-26, an error again (a trial)"
  `);
});

/** A parcel desk whose scales write to the customer. */
function writingAgents(address: string) {
  const find = defineTool({
    name: 'findParcel',
    version: '1',
    owner: 'parcels',
    agents: ['parcels'],
    description: 'Finds a parcel by its id.',
    input: z.object({ id: z.string() }),
    output: z.object({ id: z.string(), weightGrams: z.int(), status: z.string() }),
    effect: 'read',
    execute: async ({ id }) => ({ id, weightGrams: 1200, status: `told ${address}` }),
  });
  return parcelAgents().map((agent) => ({
    ...agent,
    tools: agent.tools.map((tool) => (tool.name === 'findParcel' ? find : tool)),
  }));
}

test('an address that a recording does not hold is neither confirmed nor denied', async () => {
  const agents = writingAgents('kim@maple.example');
  const written = await recordParcelSession({ agents });
  const play = async (policy: DriftPolicy) => {
    const live = openReplay(written, { tools: 'live', drift: { policy, today } });
    const session = { model: live.model, exchanges: live.exchanges };
    const events = await runParcelSession({ agents: writingAgents('sam@oak.example'), ...session });
    return live.finish(events);
  };
  const result = await play({});
  expect(result).toMatchObject({ verdict: 'unverifiable', divergence: undefined, drifts: [] });
  expect(formatStandings(result)).toMatchInlineSnapshot(`
    [
      "unverifiable: UNVERIFIABLE tool findParcel({"id":"P-7"}) at 1/parcels#1   outcome/output/status   "told [e-mail 1]" → "told [e-mail]"   The recording holds no addresses.",
    ]
  `);
  expect(JSON.stringify(result)).not.toContain('sam@oak');
  // Accepted, it is a drift like any other.
  expect(await play({ UNVERIFIABLE: warned })).toMatchObject({
    verdict: 'same',
    drifts: [{ class: 'UNVERIFIABLE' }],
  });
  // With everything recorded there is nothing to doubt.
  const recorded = { recording: written, agents, entry: parcelEntry, guard: false };
  expect(await replaySession(recorded)).toMatchObject({ verdict: 'same', unverifiable: [] });
});

test('a live tool whose effect cannot be repeated safely does not run, unless its world is said to bear it', async () => {
  let filed = 0;
  const base = { version: '1', owner: 'parcels', agents: ['parcels'] };
  const file = defineTool({
    ...base,
    name: 'fileClaim',
    description: 'Files a claim for a lost parcel.',
    input: z.object({ id: z.string() }),
    output: z.object({ claim: z.string() }),
    effect: 'unkeyed',
    execute: async () => {
      filed += 1;
      return { claim: 'C-1' };
    },
  });
  const agents = parcelAgents().map((agent) => ({
    ...agent,
    tools: agent.tools.map((tool) => (tool.name === 'fileClaim' ? file : tool)),
  }));
  const written = await recordParcelSession({ agents });
  expect(filed).toBe(1);
  const play = async (unkeyed: 'run' | 'withhold') => {
    const live = openReplay(written, { tools: 'live', unkeyed });
    const session = { agents, model: live.model, exchanges: live.exchanges };
    return live.finish(await runParcelSession(session));
  };
  expect(await play('withhold')).toMatchObject({
    verdict: 'unverifiable',
    unverifiable: [
      {
        at: { exchange: 'tool fileClaim({"id":"P-7"})' },
        note: 'Its effect cannot be repeated safely: the tool did not run.',
      },
    ],
  });
  expect(filed).toBe(1);
  expect(await play('run')).toMatchObject({ verdict: 'same', unverifiable: [] });
  expect(filed).toBe(2);
});
