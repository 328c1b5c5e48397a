import { expect, test } from 'vitest';
import { parseRecording } from '../format/parse-recording.ts';
import type { Recording } from '../format/recording.ts';
import { serializeRecording } from '../format/serialize-recording.ts';
import {
  parcelAgents,
  parcelEntry,
  recordParcelSession,
  runParcelSession,
} from '../testing/parcel-desk.ts';
import { type DivergenceClass, divergenceClasses } from './divergence.ts';
import { openReplay } from './open-replay.ts';
import { type ReplaySessionOptions, replaySession } from './replay-session.ts';

const recording = await recordParcelSession();

/** The class that a replay of a changed copy, or by other agents, comes to. */
async function comesTo(
  copy: Recording,
  options: Partial<ReplaySessionOptions> = {},
): Promise<DivergenceClass | undefined> {
  const session = { recording: copy, agents: parcelAgents(), entry: parcelEntry, guard: false };
  return (await replaySession({ ...session, ...options })).divergence?.class;
}

/** The recording with a text replaced, and an end line that says it was always so. */
function withText(before: string, after: string): Recording {
  const text = serializeRecording(recording);
  expect(text).toContain(before);
  return { ...parseRecording(text.replace(before, after), 'copy.jsonl'), editedLines: [] };
}

const without = (index: number): Recording => ({
  ...recording,
  exchanges: recording.exchanges.filter((_, each) => each !== index),
});

async function liveToolsComeTo(weightGrams: number): Promise<DivergenceClass | undefined> {
  const live = openReplay(recording, { tools: 'live' });
  const agents = parcelAgents({ weightGrams: () => weightGrams });
  const session = { agents, model: live.model, exchanges: live.exchanges };
  await runParcelSession(session).catch(() => undefined);
  return live.divergence()?.class;
}

const isClock = ({ t }: Recording['exchanges'][number]): boolean => t === 'clock';

/** How each class is reached. UNVERIFIABLE is none of these: it is no divergence (see its own tests). */
const reached: Readonly<
  Record<Exclude<DivergenceClass, 'UNVERIFIABLE'>, () => Promise<DivergenceClass | undefined>>
> = {
  MODEL: () => comesTo(recording, { asks: { provider: 'scripted', modelId: 'another' } }),
  SYSTEM: () => comesTo(recording, { agents: parcelAgents({ prompt: 'You find parcels.' }) }),
  TOOLS: () => comesTo(recording, { agents: parcelAgents({ description: 'Finds it.' }) }),
  SCHEMA: () => comesTo(withText('"settings":{', '"settings":{"responseFormat":{"type":"json"},')),
  PARAMS: () => comesTo(withText('"settings":{', '"settings":{"temperature":1,')),
  MESSAGE: () => comesTo(withText('"n":0,"text":"Where', '"n":0,"text":"There')),
  TOOL_INPUT: () =>
    comesTo(
      withText('"effect":"read","input":{"id":"P-7"}', '"effect":"read","input":{"id":"P-8"}'),
    ),
  TOOL_RESULT: () => liveToolsComeTo(1201),
  EXTRA_CALL: () => comesTo(without(recording.exchanges.length - 1)),
  MISSING_CALL: () =>
    comesTo(recording, {
      agents: parcelAgents().map((agent) => ({ ...agent, turnLimit: 2 })),
    }),
  ORDER: () => comesTo(withText('"call":"call2"', '"call":"call3"')),
  CLOCK: () => comesTo(without(recording.exchanges.findIndex(isClock))),
  EVENTS: () => comesTo({ ...recording, events: { ...recording.events, hash: 'another' } }),
  EDITED: () => comesTo({ ...recording, editedLines: [9] }),
};

test.for(Object.entries(reached))('%s is reached', async ([kind, reach]) => {
  expect(await reach()).toBe(kind);
});

test('every class is reached by a test', () => {
  expect([...Object.keys(reached), 'UNVERIFIABLE'].toSorted()).toEqual(
    divergenceClasses.toSorted(),
  );
});
