import type { LanguageModelV4 } from '@ai-sdk/provider';
import { expect, test } from 'vitest';
import { openExchanges } from '#harness';
import { type Playbook, scriptedModel } from '#harness/testing';
import {
  type ParcelDeskOptions,
  parcelAgents,
  parcelEntry,
  parcelPlaybook,
  recordParcelSession,
  runParcelSession,
} from '../testing/parcel-desk.ts';
import { openReplay, type ReplayOptions } from './open-replay.ts';
import { replaySession } from './replay-session.ts';

const recording = await recordParcelSession();

/** A model that is counted, and the tools that ran. */
function outside({ weightGrams = 1200, playbook = parcelPlaybook } = {}) {
  const counts = { model: 0, weighed: 0 };
  const scripted = scriptedModel(playbook);
  const model: LanguageModelV4 = {
    ...scripted,
    doStream: (options) => {
      counts.model += 1;
      return scripted.doStream(options);
    },
  };
  const desk: ParcelDeskOptions = {
    weightGrams: () => {
      counts.weighed += 1;
      return weightGrams;
    },
  };
  return { counts, model, desk };
}

async function play(options: ReplayOptions, parts = outside()) {
  const replay = openReplay(recording, options);
  const events = await runParcelSession({
    agents: parcelAgents(parts.desk),
    model: parts.model,
    exchanges: replay.exchanges,
  });
  return { ...replay.finish(events), ...parts.counts, events };
}

/** The same, but the last words are others. */
const curtPlaybook: Playbook = {
  name: parcelPlaybook.name,
  plays: parcelPlaybook.plays.map((each) =>
    each.name === 'thanks' ? { ...each, answer: () => ({ text: 'Bye.' }) } : each,
  ),
};

const lastWords = ({ events }: Awaited<ReturnType<typeof play>>): unknown => events.at(-1)?.fact;

test('model recorded, tools recorded: nothing runs', async () => {
  const played = await play({ model: 'recorded', tools: 'recorded' });
  expect(played).toMatchObject({ verdict: 'same', exchanges: 15, model: 0, weighed: 0 });
});

test('model recorded, tools live: tools run, and must answer as recorded', async () => {
  const played = await play({ model: 'recorded', tools: 'live' });
  expect(played).toMatchObject({ verdict: 'same', exchanges: 15, model: 0, weighed: 1 });
  const heavier = play({ model: 'recorded', tools: 'live' }, outside({ weightGrams: 1300 }));
  await expect(heavier).rejects.toMatchObject({ code: 'REPLAY_DIVERGED' });
});

test('model live, tools recorded: the model is asked anew, and finds the recorded world', async () => {
  const parts = outside({ weightGrams: 9999, playbook: curtPlaybook });
  const played = await play({ model: 'live', tools: 'recorded' }, parts);
  expect(played).toMatchObject({ verdict: 'same', model: 5, weighed: 0 });
  // It was told the recorded weight, and said what it says today.
  expect(JSON.stringify(played.events)).toContain('"weightGrams":1200');
  expect(lastWords(played)).toMatchObject({ text: 'Bye.' });
});

test('model live, tools recorded: a call that nobody recorded is answered by nobody', async () => {
  const playbook: Playbook = {
    name: parcelPlaybook.name,
    plays: parcelPlaybook.plays.map((each) =>
      each.name === 'look'
        ? { ...each, answer: () => ({ calls: [{ tool: 'findParcel', input: { id: 'P-8' } }] }) }
        : each,
    ),
  };
  const replay = openReplay(recording, { model: 'live', tools: 'recorded' });
  const run = runParcelSession({
    model: scriptedModel(playbook),
    exchanges: replay.exchanges,
  });
  await expect(run).rejects.toMatchObject({ code: 'REPLAY_DIVERGED' });
  expect(replay.finish().divergence).toMatchObject({
    class: 'TOOL_INPUT',
    at: { place: { lane: '1/parcels', ordinal: 1 } },
    difference: { recorded: 'P-7', asked: 'P-8' },
  });
});

test('recorded up to a cursor, then live: what lies behind it goes another way', async () => {
  const { exchanges } = recording;
  const until = exchanges.findIndex(({ lane, t }) => lane === '2/parcels' && t === 'model');
  const parts = outside({ weightGrams: 9999, playbook: curtPlaybook });
  const played = await play({ model: 'live', tools: 'live', until }, parts);
  expect(played).toMatchObject({ verdict: 'same', exchanges: until, model: 1, weighed: 0 });
  expect(lastWords(played)).toMatchObject({ text: 'Bye.' });
});

test('recorded up to a cursor in the middle of a run: from there on tools run', async () => {
  const { exchanges } = recording;
  const until = exchanges.findIndex(
    ({ t, lane, n }) => t === 'tool' && lane === '1/parcels' && n === 1,
  );
  const parts = outside({ weightGrams: 2500 });
  const played = await play({ model: 'live', tools: 'live', until }, parts);
  expect(played).toMatchObject({ verdict: 'same', exchanges: until, model: 3, weighed: 1 });
  expect(JSON.stringify(played.events)).toContain('"cents":1125');
});

test('before the cursor everything is as strict as ever, and must be asked for', async () => {
  const agents = parcelAgents({ prompt: 'You find parcels.' });
  const mode = { model: 'live', tools: 'live', until: 12 } as const;
  const { model } = outside();
  const replay = openReplay(recording, mode);
  await runParcelSession({ agents, model, exchanges: replay.exchanges }).catch(() => undefined);
  expect(replay.finish().divergence?.class).toBe('SYSTEM');
  expect(openReplay(recording, mode).finish().divergence).toMatchObject({
    class: 'MISSING_CALL',
    note: 'The run ended without asking for 12 exchanges, this one first.',
  });
});

test('what is behind the cursor cannot be reached before what lies before it has been asked for', async () => {
  const { exchanges, divergence } = openReplay(recording, {
    model: 'live',
    tools: 'live',
    until: 12,
  });
  const { model } = outside();
  // Another place than the recorded session asked at, as changed code would: a live model must not answer there unnoticed.
  expect(() => exchanges.model({ lane: '1/memory', ordinal: 0 }, model)).toThrow('EXTRA_CALL');
  expect(divergence()).toMatchObject({
    at: { place: { lane: '1/memory', ordinal: 0 } },
    next: { exchange: 'message', place: { lane: '1', ordinal: 0 } },
    note: 'Before the cursor message at 1#0 is still to come.',
  });
});

test('tools that run before the cursor too must answer as recorded', async () => {
  const until = 12;
  const mode = { model: 'live', tools: 'live', toolsBefore: 'live', until } as const;
  const played = await play(mode);
  expect(played).toMatchObject({ verdict: 'same', exchanges: until, weighed: 1 });
  const heavier = play(mode, outside({ weightGrams: 1300 }));
  await expect(heavier).rejects.toMatchObject({ code: 'REPLAY_DIVERGED' });
});

test('a clock and dice that are read live must say what was recorded', async () => {
  const same = await play({ tools: 'recorded', clock: 'live' });
  expect(same.verdict).toBe('same');
  const { exchanges, divergence } = openReplay(recording, {
    tools: 'recorded',
    clock: 'live',
    inner: openExchanges,
  });
  expect(() => exchanges.clock({ lane: '1', ordinal: 1 }, () => 5)).toThrow('class CLOCK');
  expect(divergence()).toMatchObject({
    class: 'CLOCK',
    difference: { recorded: 1_767_225_600_000, asked: 5 },
  });
});

test('a session is replayed with a live model, or with live tools, by its recording alone', async () => {
  const { model, counts, desk } = outside({ playbook: curtPlaybook });
  const session = { recording, agents: parcelAgents(desk), entry: parcelEntry, guard: false };
  const toolsLive = await replaySession({ ...session, live: { tools: true } });
  expect(toolsLive).toMatchObject({ verdict: 'same', exchanges: 15 });
  expect(counts).toEqual({ model: 0, weighed: 1 });
  const forked = await replaySession({ ...session, live: { model, tools: true }, until: 14 });
  expect(forked).toMatchObject({ verdict: 'same', exchanges: 14 });
  expect(forked.events.at(-1)?.fact).toMatchObject({ text: 'Bye.' });
});
