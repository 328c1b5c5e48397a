import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createHarness, type Exchanges, type SessionEvent } from '#harness';
import { memoryBacking, scriptedModel, simulatedHost } from '#harness/testing';
import { parseRecording } from '../format/parse-recording.ts';
import type { Recording } from '../format/recording.ts';
import { serializeRecording } from '../format/serialize-recording.ts';
import { createRecorder } from '../recorder/create-recorder.ts';
import { parcelAgents, parcelEntry, parcelPlaybook } from '../testing/parcel-desk.ts';
import { openReplay } from './open-replay.ts';
import { replaySession } from './replay-session.ts';
import { formatDivergence } from './report/format-divergence.ts';

// A message that steers a run has a line of its own in the recording, `1/parcels/steering#2`: beside the turn that read it.

const principal = { id: 'customer-1', role: 'customer', tenant: 'parcels-inc' };
const correction = 'It is only late, do not claim anything.';

/** The customer says one thing more while the parcel is looked for, and the run reads it before it speaks again. */
async function runSteeredSession(exchanges: Exchanges): Promise<readonly SessionEvent[]> {
  const host = simulatedHost({ startsAt: 1_767_225_600_000, seed: 7 });
  const sessionId = 'session-1';
  await using harness = await createHarness({
    agents: parcelAgents(),
    entry: parcelEntry,
    model: scriptedModel(parcelPlaybook),
    backing: memoryBacking(host),
    host,
    exchanges: {
      ...exchanges,
      tool: async (place, call, execute) => {
        const outcome = await exchanges.tool(place, call, execute);
        if (call.tool === 'findParcel') {
          const said = { sessionId, messageId: 'second', text: correction, principal };
          await harness.send({ ...said, mode: 'steer' });
          while ((await harness.savedSteps('second')).length === 0) await pause(1);
        }
        return outcome;
      },
    },
  });
  const text = 'Where is my parcel P-7? It is lost!';
  await harness.send({ sessionId, messageId: 'first', text, principal });
  await harness.outcome('first');
  await harness.outcome('second');
  return harness.events(sessionId);
}

async function recordSteeredSession(): Promise<Recording> {
  const recorder = createRecorder({
    name: 'steered-parcel',
    made: 'scripted',
    model: { provider: 'scripted', modelId: 'parcel-desk' },
    agents: parcelAgents(),
  });
  return recorder.finish(await runSteeredSession(recorder.exchanges));
}

const recording = await recordSteeredSession();
const text = serializeRecording(recording);
const steeringLine = text.split('\n').find((line) => line.startsWith('{"t":"steering"')) ?? '';

/** The file with this line instead of the steering line; without one, if it is empty. */
const textWith = (line: string): string =>
  text.replace(`${steeringLine}\n`, line === '' ? '' : `${line}\n`);

const reportWith = (line: string): Promise<string> => reportOf(textWith(line));

async function reportOf(file: string): Promise<string> {
  const { divergence, divergences } = await replaySession({
    recording: parseRecording(file, 'copy.jsonl'),
    agents: parcelAgents(),
    entry: parcelEntry,
  });
  expect(divergences).toBe(divergence === undefined ? 0 : 1);
  return divergence === undefined ? 'no divergence' : formatDivergence(divergence);
}

test('a steered session replays to itself, though its messages are sent one after the other', async () => {
  expect(JSON.parse(steeringLine)).toMatchObject({ lane: '1/parcels/steering', n: 2 });
  expect(await reportWith(steeringLine)).toBe('no divergence');
});

test('a steering line that was deleted is reported at the turn that had read it', async () => {
  expect(await reportWith('')).toMatchInlineSnapshot(`
    "REPLAY DIVERGED  steered-parcel   class MESSAGE   model call at 1/parcels#2
     first cause    messages/5   {"content":[{"text":"It is only late, do not claim anything.","type":"text"}],"role":"user"} → (nothing)
     equal          model, system, tools, schema, settings
     recorded next  tool quotePostage({"weightGrams":1200}) at 1/parcels#3
     edited         line 18, model call at 1/parcels#2, is not as it was written
     fix            the change is meant: npx groundhog record steered-parcel
                    it is meant for a while: npx groundhog accept steered-parcel --class MESSAGE --reason TEXT --until YYYY-MM-DD
                    it is not: undo it, in the code or in the recording (git diff)"
  `);
});

test('a steering line whose text was edited is the cause of what its turn is told', async () => {
  expect(await reportWith(steeringLine.replace('only late', 'also late'))).toMatchInlineSnapshot(`
    "REPLAY DIVERGED  steered-parcel   class MESSAGE   model call at 1/parcels#2
     first cause    steering at 1/parcels/steering#2
                    text   "It is only late, do not claim anything." → "It is also late, do not claim anything."
     seen in        messages/5/content/0/text   "It is only late, do not claim anything." → "It is also late, do not claim anything."
     equal          model, system, tools, schema, settings
     recorded next  tool quotePostage({"weightGrams":1200}) at 1/parcels#3
     edited         line 18, steering at 1/parcels/steering#2, is not as it was written
     fix            the change is meant: npx groundhog record steered-parcel
                    it is meant for a while: npx groundhog accept steered-parcel --class MESSAGE --reason TEXT --until YYYY-MM-DD
                    it is not: undo it, in the code or in the recording (git diff)"
  `);
});

test('a steering line by which another person speaks is reported, though only the log shows it', async () => {
  expect(await reportWith(steeringLine.replace('customer-1', 'customer-2'))).toMatchInlineSnapshot(`
    "REPLAY DIVERGED  steered-parcel   class EDITED   steering at 1/parcels/steering#2
     first cause    line 18, steering at 1/parcels/steering#2, is not as it was written
     seen in        events/9   "message-steered of model#3, fingerprint 6ec782afbaba" → {"messageId":"message-2","principal":{"id":"customer-2","role":"customer","tenant":"parcels-inc"},"receivedAt":176722560…
     fix            the change is meant: npx groundhog record steered-parcel
                    it is meant for a while: npx groundhog accept steered-parcel --class EDITED --reason TEXT --until YYYY-MM-DD
                    it is not: undo it, in the code or in the recording (git diff)"
  `);
});

test('a steering line moved to an earlier turn is the cause of what that turn is told', async () => {
  expect(await reportWith(steeringLine.replace('"n":2', '"n":0'))).toMatchInlineSnapshot(`
    "REPLAY DIVERGED  steered-parcel   class MESSAGE   model call at 1/parcels#0
     first cause    steering at 1/parcels/steering#0
                    text   (nothing) → "It is only late, do not claim anything."
     seen in        messages/3   (nothing) → {"content":[{"text":"It is only late, do not claim anything.","type":"text"}],"role":"user"}
     equal          model, system, tools, schema, settings
     recorded next  tool findParcel({"id":"P-7"}) at 1/parcels#1
     edited         line 18, steering at 1/parcels/steering#0, is not as it was written
     fix            the change is meant: npx groundhog record steered-parcel
                    it is meant for a while: npx groundhog accept steered-parcel --class MESSAGE --reason TEXT --until YYYY-MM-DD
                    it is not: undo it, in the code or in the recording (git diff)"
  `);
});

test.for([
  ['where no turn is', '"n":2', '"n":3'],
  ['the run that it is the message of', '1/parcels/steering', '2/parcels/steering'],
] as const)('a steering line moved to %s leaves its own turn without it', async ([, from, to]) => {
  const report = await reportWith(steeringLine.replace(from, to));
  expect(report).toContain('class MESSAGE   model call at 1/parcels#2');
  expect(report).toMatch(/messages\/5 {3}.*It is only late.* → \(nothing\)/);
  expect(report).toContain('edited         line 18, steering at');
});

test('a steering line that only stands elsewhere in the file is reported by its line', async () => {
  const lines = text.split('\n');
  const at = lines.indexOf(steeringLine);
  const [line = '', next = ''] = lines.splice(at, 2);
  lines.splice(at, 0, next, line);
  expect(await reportOf(lines.join('\n'))).toMatchInlineSnapshot(`
    "REPLAY DIVERGED  steered-parcel   class EDITED   model call at 1/parcels#2
     first cause    line 18, model call at 1/parcels#2, is not as it was written
     edited         line 19, steering at 1/parcels/steering#2, is not as it was written
     fix            the change is meant: npx groundhog record steered-parcel
                    it is meant for a while: npx groundhog accept steered-parcel --class EDITED --reason TEXT --until YYYY-MM-DD
                    it is not: undo it, in the code or in the recording (git diff)"
  `);
});

test.for([
  ['deleted', ''],
  ['edited', steeringLine.replace('only late', 'also late')],
  ['moved', steeringLine.replace('"n":2', '"n":4')],
] as const)(
  'live tools, and a message that arrives: a line that was %s is reported where it is missed',
  async ([, line]) => {
    const live = openReplay(parseRecording(textWith(line), 'copy.jsonl'), { tools: 'live' });
    const run = runSteeredSession(live.exchanges);
    await expect(run).rejects.toMatchObject({ code: 'REPLAY_DIVERGED' });
    expect(live.divergence()).toMatchObject({
      class: 'MESSAGE',
      at: { exchange: 'steering', place: { lane: '1/parcels/steering', ordinal: 2 } },
    });
  },
);

test('live tools, and a message that arrives: unedited, nothing is reported', async () => {
  const live = openReplay(recording, { tools: 'live' });
  const events = await runSteeredSession(live.exchanges);
  expect(live.finish(events)).toMatchObject({
    exchanges: recording.exchanges.length,
    verdict: 'same',
  });
});
