import { assert, asyncProperty, constantFrom, nat } from 'fast-check';
import { expect, test } from 'vitest';
import { HarnessError } from '#harness';
import { parseRecording } from '../format/parse-recording.ts';
import { serializeRecording } from '../format/serialize-recording.ts';
import { parcelAgents, parcelEntry, recordParcelSession } from '../testing/parcel-desk.ts';
import { guardNetwork } from './network-guard.ts';
import { replaySession } from './replay-session.ts';

const text = serializeRecording(await recordParcelSession());

/** What a copy with one character changed comes to: an error that says where, or a divergence. */
async function comesTo(copy: string): Promise<string> {
  try {
    const recording = parseRecording(copy, 'copy.jsonl');
    const session = { recording, agents: parcelAgents(), entry: parcelEntry, guard: false };
    return (await replaySession(session)).divergence?.class ?? 'NOTHING';
  } catch (error) {
    if (HarnessError.isInstance(error)) return error.code;
    throw error;
  }
}

test('no single character can be changed without being noticed', async () => {
  using guard = await guardNetwork({ allow: [] });
  const seen = new Map<string, number>();
  await assert(
    asyncProperty(nat(text.length - 1), constantFrom('0', 'x', '"', ' '), async (at, character) => {
      if (text[at] === character) return;
      const outcome = await comesTo(text.slice(0, at) + character + text.slice(at + 1));
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
      expect(outcome).not.toBe('NOTHING');
    }),
    { seed: 22, numRuns: 300 },
  );
  // The check looked at more than one kind of change.
  expect([...seen.keys()]).toEqual(
    expect.arrayContaining(['EDITED', 'MESSAGE', 'TOOLS', 'RECORDING_INVALID']),
  );
  expect(guard.blocked()).toEqual([]);
});

test('a copy with nothing changed comes to nothing', async () => {
  expect(await comesTo(text)).toBe('NOTHING');
});
