import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { expect, test } from 'vitest';
import { scriptedModel } from '#harness/testing';
import { parseRecording } from '../format/parse-recording.ts';
import type { Recording } from '../format/recording.ts';
import { serializeRecording } from '../format/serialize-recording.ts';
import {
  parcelAgents,
  parcelEntry,
  parcelPlaybook,
  recordParcelSession,
  runParcelSession,
} from '../testing/parcel-desk.ts';
import { openReplay } from './open-replay.ts';
import { type ReplaySessionOptions, replaySession } from './replay-session.ts';
import { formatDivergence } from './report/format-divergence.ts';

const recording = await recordParcelSession();

/** The report of a replay, of a copy of the recording in which one text is another. */
async function reportOf(
  change: readonly [before: string, after: string],
  options: Partial<ReplaySessionOptions> = {},
): Promise<string> {
  const text = serializeRecording(recording);
  const [before, after] = change;
  expect(text).toContain(before);
  const copy = parseRecording(text.replace(before, after), 'copy.jsonl');
  const { divergence, divergences } = await replay(copy, options);
  expect(divergences).toBe(divergence === undefined ? 0 : 1);
  return divergence === undefined ? 'no divergence' : formatDivergence(divergence);
}

function replay(subject: Recording, options: Partial<ReplaySessionOptions> = {}) {
  return replaySession({
    recording: subject,
    agents: parcelAgents(),
    entry: parcelEntry,
    ...options,
  });
}

const unchanged = ['', ''] as const;

const agreed = {
  verdict: 'same',
  divergence: undefined,
  drifts: [],
  unverifiable: [],
  policies: [],
};

test('a recording replays to itself, without a network, again and again', async () => {
  const first = await replay(recording);
  const second = await replay(recording);
  expect(first).toMatchObject({
    recording: 'parcel-desk',
    exchanges: recording.exchanges.length,
    divergences: 0,
    network: 0,
  });
  expect(second.events).toEqual(first.events);
  expect(first.events).toHaveLength(20);
});

test('replays side by side do not meet', async () => {
  const edited = parseRecording(
    serializeRecording(recording).replace('"weightGrams":1200}', '"weightGrams":1300}'),
    'copy.jsonl',
  );
  const reports = await Promise.all(
    [recording, edited, recording, edited].map((each) => replay(each, { guard: false })),
  );
  expect(reports.map(({ divergences }) => divergences)).toEqual([0, 1, 0, 1]);
  expect(reports.map(({ network }) => network)).toEqual([null, null, null, null]);
});

test('an edited tool result is reported as the first cause of the request that differs', async () => {
  expect(await reportOf(['"weightGrams":1200}', '"weightGrams":1201}'])).toMatchInlineSnapshot(`
    "REPLAY DIVERGED  parcel-desk   class TOOL_RESULT   model call at 1/parcels#2
     first cause    tool findParcel({"id":"P-7"}) at 1/parcels#1
                    result/weightGrams   1200 → 1201
     seen in        messages/4/content/0/output/value/weightGrams   1200 → 1201
     equal          model, system, tools, schema, settings
     recorded next  tool quotePostage({"weightGrams":1200}) at 1/parcels#3
     edited         line 14, tool findParcel({"id":"P-7"}) at 1/parcels#1, is not as it was written
     fix            the change is meant: npx groundhog record parcel-desk
                    it is meant for a while: npx groundhog accept parcel-desk --class TOOL_RESULT --reason TEXT --until YYYY-MM-DD
                    it is not: undo it, in the code or in the recording (git diff)"
  `);
});

test('an edited failure of a tool is reported as its result', async () => {
  expect(
    await reportOf(['"message":"Parcel P-7 is in transit', '"message":"Parcel P-7 is on transit']),
  ).toMatchInlineSnapshot(`
    "REPLAY DIVERGED  parcel-desk   class TOOL_RESULT   model call at 1/parcels#5
     first cause    tool fileClaim({"id":"P-7"}) at 1/parcels#4
                    result   "…ARCEL_NOT_LOST: Parcel P-7 is in transit, not lost." → "…ARCEL_NOT_LOST: Parcel P-7 is on transit, not lost."
     seen in        messages/6/content/1/output/value   "…ARCEL_NOT_LOST: Parcel P-7 is in transit, not lost." → "…ARCEL_NOT_LOST: Parcel P-7 is on transit, not lost."
     equal          model, system, tools, schema, settings
     recorded next  message at 2#0
     edited         line 17, tool fileClaim({"id":"P-7"}) at 1/parcels#4, is not as it was written
     fix            the change is meant: npx groundhog record parcel-desk
                    it is meant for a while: npx groundhog accept parcel-desk --class TOOL_RESULT --reason TEXT --until YYYY-MM-DD
                    it is not: undo it, in the code or in the recording (git diff)"
  `);
});

test('an edited prompt is reported where it differs', async () => {
  expect(await reportOf(['Weigh before', 'Weigh befose'])).toMatchInlineSnapshot(`
    "REPLAY DIVERGED  parcel-desk   class SYSTEM   model call at 1/parcels#0
     first cause    system/0   "You find parcels. Weigh befose you promise." → "You find parcels. Weigh before you promise."
     equal          model, tools, schema, settings, messages
     recorded next  tool findParcel({"id":"P-7"}) at 1/parcels#1
     edited         line 4, prompt:parcels, is not as it was written
     fix            the change is meant: npx groundhog record parcel-desk
                    it is meant for a while: npx groundhog accept parcel-desk --class SYSTEM --reason TEXT --until YYYY-MM-DD
                    it is not: undo it, in the code or in the recording (git diff)"
  `);
});

test('an edited stream part in a turn that others follow is reported with the model call it is of', async () => {
  expect(await reportOf(['"I will look ', '"I will took '])).toMatchInlineSnapshot(`
    "REPLAY DIVERGED  parcel-desk   class MESSAGE   model call at 1/parcels#2
     first cause    model call at 1/parcels#0
                    answer/0/text   "I will look for it." → "I will took for it."
     seen in        messages/3/content/0/text   "I will look for it." → "I will took for it."
     equal          model, system, tools, schema, settings
     recorded next  tool quotePostage({"weightGrams":1200}) at 1/parcels#3
     edited         line 13, model call at 1/parcels#0, is not as it was written
     fix            the change is meant: npx groundhog record parcel-desk
                    it is meant for a while: npx groundhog accept parcel-desk --class MESSAGE --reason TEXT --until YYYY-MM-DD
                    it is not: undo it, in the code or in the recording (git diff)"
  `);
});

test('an edited stream part in the last turn is reported by its line', async () => {
  expect(await reportOf(['"You are welc', '"You are welk'])).toMatchInlineSnapshot(`
    "REPLAY DIVERGED  parcel-desk   class EDITED   model call at 2/parcels#0
     first cause    line 22, model call at 2/parcels#0, is not as it was written
     seen in        events/18   "model-turn-completed of model#1, fingerprint 0b8263e52b15" → {"agent":"parcels","finishReason":"stop","messages":[{"content":[{"providerOptions":{"scripted":{"itemId":"item8"}},"tex…
     fix            the change is meant: npx groundhog record parcel-desk
                    it is meant for a while: npx groundhog accept parcel-desk --class EDITED --reason TEXT --until YYYY-MM-DD
                    it is not: undo it, in the code or in the recording (git diff)"
  `);
});

test('an edited stream part that nothing depends on is reported all the same', async () => {
  expect(
    await reportOf(['"deltas":["{\\"id\\":\\"P-7', '"deltas":["{\\"id\\":\\"P-9']),
  ).toMatchInlineSnapshot(`
    "REPLAY DIVERGED  parcel-desk   class EDITED   model call at 1/parcels#0
     first cause    line 13, model call at 1/parcels#0, is not as it was written
     fix            the change is meant: npx groundhog record parcel-desk
                    it is meant for a while: npx groundhog accept parcel-desk --class EDITED --reason TEXT --until YYYY-MM-DD
                    it is not: undo it, in the code or in the recording (git diff)"
  `);
});

test('an edited tool input is reported at the tool call', async () => {
  expect(
    await reportOf([
      '"effect":"read","input":{"id":"P-7"}',
      '"effect":"read","input":{"id":"P-8"}',
    ]),
  ).toMatchInlineSnapshot(`
    "REPLAY DIVERGED  parcel-desk   class TOOL_INPUT   tool findParcel({"id":"P-7"}) at 1/parcels#1
     first cause    input/id   "P-8" → "P-7"
     recorded next  model call at 1/parcels#2
     edited         line 14, tool findParcel({"id":"P-8"}) at 1/parcels#1, is not as it was written
     fix            the change is meant: npx groundhog record parcel-desk
                    it is meant for a while: npx groundhog accept parcel-desk --class TOOL_INPUT --reason TEXT --until YYYY-MM-DD
                    it is not: undo it, in the code or in the recording (git diff)"
  `);
});

test('an edited message is reported with the message as its cause', async () => {
  expect(await reportOf(['"n":0,"text":"Where', '"n":0,"text":"There'])).toMatchInlineSnapshot(`
    "REPLAY DIVERGED  parcel-desk   class MESSAGE   model call at 1/reception#0
     first cause    message at 1#0
                    text   "Where is my parcel P-7? It is lost!" → "There is my parcel P-7? It is lost!"
     seen in        messages/0/content/0/text   "Where is my parcel P-7? It is lost!" → "There is my parcel P-7? It is lost!"
     equal          model, system, tools, schema, settings
     recorded next  tool handoff({"reason":"a parcel question","to":"parcels"}) at 1/reception#1
     edited         line 8, message at 1#0, is not as it was written
     fix            the change is meant: npx groundhog record parcel-desk
                    it is meant for a while: npx groundhog accept parcel-desk --class MESSAGE --reason TEXT --until YYYY-MM-DD
                    it is not: undo it, in the code or in the recording (git diff)"
  `);
});

test('an edited time is reported, though only the log shows it', async () => {
  expect(await reportOf(['"value":1767225600000', '"value":1767225600001'])).toMatchInlineSnapshot(`
    "REPLAY DIVERGED  parcel-desk   class EDITED   clock at 1#1
     first cause    line 9, clock at 1#1, is not as it was written
     seen in        events/0   "message-received of receive-message, fingerprint 93d242baa3f2" → {"principal":{"id":"customer-1","role":"customer","tenant":"parcels-inc"},"receivedAt":1767225600001,"text":"Where is my…
     fix            the change is meant: npx groundhog record parcel-desk
                    it is meant for a while: npx groundhog accept parcel-desk --class EDITED --reason TEXT --until YYYY-MM-DD
                    it is not: undo it, in the code or in the recording (git diff)"
  `);
});

test('an edited end line is reported', async () => {
  expect(await reportOf(['"events":20', '"events":21'])).toMatchInlineSnapshot(`
    "REPLAY DIVERGED  parcel-desk   class EDITED
     first cause    line 24, the events or the end, is not as it was written
     fix            the change is meant: npx groundhog record parcel-desk
                    it is meant for a while: npx groundhog accept parcel-desk --class EDITED --reason TEXT --until YYYY-MM-DD
                    it is not: undo it, in the code or in the recording (git diff)"
  `);
});

test('an agent told something else leaves its recording', async () => {
  const agents = parcelAgents({ prompt: 'You find parcels. Weigh before you promise anything.' });
  expect(await reportOf(unchanged, { agents })).toMatchInlineSnapshot(`
    "REPLAY DIVERGED  parcel-desk   class SYSTEM   model call at 1/parcels#0
     first cause    system/0   "…cels. Weigh before you promise." → "…cels. Weigh before you promise anything."
     equal          model, tools, schema, settings, messages
     recorded next  tool findParcel({"id":"P-7"}) at 1/parcels#1
     fix            the change is meant: npx groundhog record parcel-desk
                    it is meant for a while: npx groundhog accept parcel-desk --class SYSTEM --reason TEXT --until YYYY-MM-DD
                    it is not: undo it, in the code or in the recording (git diff)"
  `);
});

test('a tool described in other words leaves its recording', async () => {
  const agents = parcelAgents({ description: 'Finds a parcel.' });
  expect(await reportOf(unchanged, { agents })).toMatchInlineSnapshot(`
    "REPLAY DIVERGED  parcel-desk   class TOOLS   model call at 1/parcels#0
     first cause    tools/findParcel/description   "Finds a parcel by its id." → "Finds a parcel."
     equal          model, system, schema, settings, messages
     recorded next  tool findParcel({"id":"P-7"}) at 1/parcels#1
     fix            the change is meant: npx groundhog record parcel-desk
                    it is meant for a while: npx groundhog accept parcel-desk --class TOOLS --reason TEXT --until YYYY-MM-DD
                    it is not: undo it, in the code or in the recording (git diff)"
  `);
});

test('an agent without one of its tools leaves its recording', async () => {
  const agents = parcelAgents().map((agent) => ({
    ...agent,
    tools: agent.tools.filter(({ name }) => name !== 'quotePostage'),
  }));
  expect(await reportOf(unchanged, { agents })).toMatchInlineSnapshot(`
    "REPLAY DIVERGED  parcel-desk   class TOOLS   model call at 1/parcels#0
     first cause    tools/quotePostage   {"description":"Says what a parcel costs to send on, in cents.","inputSchema":{"$schema":"http://json-schema.org/draft-0… → (nothing)
     equal          model, system, schema, settings, messages
     recorded next  tool findParcel({"id":"P-7"}) at 1/parcels#1
     fix            the change is meant: npx groundhog record parcel-desk
                    it is meant for a while: npx groundhog accept parcel-desk --class TOOLS --reason TEXT --until YYYY-MM-DD
                    it is not: undo it, in the code or in the recording (git diff)"
  `);
});

test('an agent that gives up earlier leaves exchanges unasked', async () => {
  const agents = parcelAgents().map((agent) => ({ ...agent, turnLimit: 2 }));
  expect(await reportOf(unchanged, { agents })).toMatchInlineSnapshot(`
    "REPLAY DIVERGED  parcel-desk   class MISSING_CALL   model call at 1/parcels#5
     first cause    The run ended without asking for this exchange.
     fix            the change is meant: npx groundhog record parcel-desk
                    it is meant for a while: npx groundhog accept parcel-desk --class MISSING_CALL --reason TEXT --until YYYY-MM-DD
                    it is not: undo it, in the code or in the recording (git diff)"
  `);
});

test('a request behind the end of its lane is one too many', async () => {
  const { exchanges } = recording;
  const short = {
    ...recording,
    exchanges: exchanges.filter(({ lane, n }) => !(lane === '1/parcels' && n === 5)),
  };
  const { divergence } = await replay(short);
  expect(divergence && formatDivergence(divergence)).toMatchInlineSnapshot(`
    "REPLAY DIVERGED  parcel-desk   class EXTRA_CALL   model call at 1/parcels#5
     first cause    The recording holds nothing there.
     fix            the change is meant: npx groundhog record parcel-desk
                    it is not: undo it, in the code or in the recording (git diff)"
  `);
});

test('exchanges out of their order are told from missing ones', async () => {
  const swapped = {
    ...recording,
    exchanges: recording.exchanges.map((each) =>
      each.lane === '1/parcels' && (each.n === 3 || each.n === 4)
        ? { ...each, n: 7 - each.n }
        : each,
    ),
  };
  const { divergence } = await replay(swapped);
  expect(divergence && formatDivergence(divergence)).toMatchInlineSnapshot(`
    "REPLAY DIVERGED  parcel-desk   class ORDER   tool quotePostage({"weightGrams":1200}) at 1/parcels#3
     first cause    The recording holds tool fileClaim({"id":"P-7"}) there; it holds what was asked for at 1/parcels#4.
     recorded next  model call at 1/parcels#5
     fix            the change is meant: npx groundhog record parcel-desk
                    it is meant for a while: npx groundhog accept parcel-desk --class ORDER --reason TEXT --until YYYY-MM-DD
                    it is not: undo it, in the code or in the recording (git diff)"
  `);
});

test('another history is a divergence, though every exchange was as recorded', async () => {
  const [first, ...others] = recording.events.outline.toReversed();
  expect(first).toBeDefined();
  const shorter = { ...recording.events, outline: others.toReversed(), hash: 'another' };
  const { divergence, exchanges } = await replay({ ...recording, events: shorter });
  expect(exchanges).toBe(recording.exchanges.length);
  expect(divergence && formatDivergence(divergence)).toMatchInlineSnapshot(`
    "REPLAY DIVERGED  parcel-desk   class EVENTS
     first cause    events/19   (nothing) → {"agent":"parcels","text":"You are welcome.","type":"run-completed"}
     fix            the change is meant: npx groundhog record parcel-desk
                    it is meant for a while: npx groundhog accept parcel-desk --class EVENTS --reason TEXT --until YYYY-MM-DD
                    it is not: undo it, in the code or in the recording (git diff)"
  `);
});

test('live tools that answer as recorded replay to the recording', async () => {
  const live = openReplay(recording, { tools: 'live' });
  const events = await runParcelSession({ model: live.model, exchanges: live.exchanges });
  expect(live.finish(events)).toEqual({ ...agreed, exchanges: 15 });
});

test('a live tool that answers something else is the divergence, and stops the run', async () => {
  const live = openReplay(recording, { tools: 'live' });
  const agents = parcelAgents({ weightGrams: () => 1250 });
  const run = runParcelSession({ agents, model: live.model, exchanges: live.exchanges });
  await expect(run).rejects.toMatchObject({ code: 'REPLAY_DIVERGED' });
  const { divergence } = live.finish();
  expect(divergence && formatDivergence(divergence)).toMatchInlineSnapshot(`
    "REPLAY DIVERGED  parcel-desk   class TOOL_RESULT   tool findParcel({"id":"P-7"}) at 1/parcels#1
     first cause    outcome/output/weightGrams   1200 → 1250
     recorded next  model call at 1/parcels#2
     fix            the change is meant: npx groundhog record parcel-desk
                    it is meant for a while: npx groundhog accept parcel-desk --class TOOL_RESULT --reason TEXT --until YYYY-MM-DD
                    it is not: undo it, in the code or in the recording (git diff)"
  `);
});

test('a divergence that everything above swallows fails the replay at its end', async () => {
  const replayed = openReplay(recording, { tools: 'recorded' });
  const { exchanges } = replayed;
  const swallowing = {
    ...exchanges,
    tool: async (...[place, call, execute]: Parameters<typeof exchanges.tool>) => {
      const asked = call.tool === 'quotePostage' ? { ...call, input: { weightGrams: 1 } } : call;
      try {
        return await exchanges.tool(place, asked, execute);
      } catch {
        return { kind: 'failed' as const, error: { code: 'SORRY', message: 'the tool failed' } };
      }
    },
  };
  const events = await runParcelSession({
    model: replayed.model,
    exchanges: swallowing,
    messages: ['Where is my parcel P-7? It is lost!'],
  });
  // The tool made text of it, and the stream a run that failed: nothing was thrown.
  expect(events.at(-1)?.fact).toMatchObject({ type: 'run-failed' });
  const { divergence } = replayed.finish(events);
  expect(divergence && formatDivergence(divergence)).toMatchInlineSnapshot(`
    "REPLAY DIVERGED  parcel-desk   class TOOL_INPUT   tool quotePostage({"weightGrams":1}) at 1/parcels#3
     first cause    input/weightGrams   1200 → 1
     recorded next  tool fileClaim({"id":"P-7"}) at 1/parcels#4
     fix            the change is meant: npx groundhog record parcel-desk
                    it is meant for a while: npx groundhog accept parcel-desk --class TOOL_INPUT --reason TEXT --until YYYY-MM-DD
                    it is not: undo it, in the code or in the recording (git diff)"
  `);
});

test('after a divergence every request meets the same error', async () => {
  const replayed = openReplay(recording, { tools: 'recorded' });
  const { exchanges } = replayed;
  const place = { lane: '1', ordinal: 1 };
  const first = errorOf(() => exchanges.dice(place, () => 'rolled'));
  expect(first).toMatchObject({ code: 'REPLAY_DIVERGED' });
  expect(errorOf(() => exchanges.clock(place, () => 0))).toBe(first);
  const call = { tool: 'findParcel', callId: 'call2', input: { id: 'P-7' } };
  const tool = exchanges.tool({ lane: '1/parcels', ordinal: 1 }, call, () =>
    Promise.reject(new Error('ran')),
  );
  await expect(tool).rejects.toBe(first);
});

test('a place that is asked twice answers twice the same', async () => {
  const { exchanges } = openReplay(recording, { tools: 'recorded' });
  const call = {
    tool: 'findParcel',
    callId: 'call2',
    input: { id: 'P-7' },
    effect: 'read',
  } as const;
  const ask = () =>
    exchanges.tool({ lane: '1/parcels', ordinal: 1 }, call, () => Promise.reject(new Error('ran')));
  expect(await ask()).toEqual(await ask());
  expect(await ask()).toEqual({
    kind: 'completed',
    output: { id: 'P-7', status: 'in transit', weightGrams: 1200 },
  });
});

test('a process that takes up a session asks for its rest only', () => {
  const { finish } = openReplay(recording, { tools: 'live', unconsumed: 'allow' });
  expect(finish()).toEqual({ ...agreed, exchanges: 0 });
  const whole = openReplay(recording, { tools: 'live' }).finish();
  expect(whole.divergence?.class).toBe('MISSING_CALL');
});

test('the recorded parts are streamed again, one by one', async () => {
  const live = scriptedModel(parcelPlaybook);
  const { exchanges } = openReplay(recording, { tools: 'recorded' });
  const seen: LanguageModelV4StreamPart['type'][][] = [];
  const watched = {
    ...exchanges,
    model: (...[place]: Parameters<typeof exchanges.model>) => {
      const model = exchanges.model(place, live);
      return {
        ...model,
        doStream: async (call: Parameters<typeof live.doStream>[0]) => {
          const [replayed, original] = await Promise.all([
            model.doStream(call),
            live.doStream(call),
          ]);
          const parts = await typesOf(replayed.stream);
          expect(parts).toEqual(await typesOf(original.stream));
          seen.push(parts);
          return model.doStream(call);
        },
      };
    },
  };
  await runParcelSession({ model: live, exchanges: watched });
  expect(seen.map((parts) => parts.length)).toEqual([13, 11, 12, 13, 7]);
});

function errorOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

async function typesOf(
  stream: ReadableStream<LanguageModelV4StreamPart>,
): Promise<LanguageModelV4StreamPart['type'][]> {
  const types: LanguageModelV4StreamPart['type'][] = [];
  for await (const part of stream) types.push(part.type);
  return types;
}
