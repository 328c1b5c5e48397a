import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert, asyncProperty } from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { canonicalJson } from '#harness';
import { parseRecording } from '../format/parse-recording.ts';
import { serializeRecording } from '../format/serialize-recording.ts';
import { replaySession } from '../replayer/replay-session.ts';
import { anySession, generatedAgents, recordGenerated } from '../testing/generated-session.ts';
import { parcelEntry } from '../testing/parcel-desk.ts';
import { verifyRecording } from './verify-recording.ts';

/** GROUNDHOG_SESSIONS=1000 for a longer look. */
const numRuns = Number(process.env['GROUNDHOG_SESSIONS'] ?? 20);

test(
  'any session records, as it goes as well, is read as it was written, verifies, and replays to itself',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'generated-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const path = join(folder, 'journal.jsonl');
    const seen = new Set<string>();
    const session = { agents: generatedAgents(), entry: parcelEntry, guard: false };
    await assert(
      asyncProperty(anySession, async (generated) => {
        const recording = await recordGenerated(generated, path);
        const text = serializeRecording(recording);
        expect(await readFile(path, 'utf8')).toBe(text);
        expect(parseRecording(text, 'copy.jsonl')).toEqual(recording);
        await verifyRecording({ ...session, recording });
        const report = await replaySession({ ...session, recording });
        expect(report).toMatchObject({
          verdict: 'same',
          divergences: 0,
          exchanges: recording.exchanges.length,
        });
        for (const each of recording.exchanges) {
          seen.add(each.t === 'tool' ? `${each.tool} ${each.outcome.kind}` : each.t);
          if (each.t === 'decision') {
            seen.add(each.decision.verdict);
            if (canonicalJson(each.decision.input) !== canonicalJson(each.input))
              seen.add('edited');
          }
        }
      }),
      { seed: 5, numRuns },
    );
    // The generator reaches what there is to reach.
    expect([...seen]).toEqual(
      expect.arrayContaining([
        'message',
        'steering',
        'clear',
        'clock',
        'dice',
        'model',
        'decision',
        'approved',
        'rejected',
        'edited',
        'handoff completed',
        'findParcel completed',
        'fileClaim failed',
        'sendOn approval-required',
        'sendOn completed',
      ]),
    );
  },
  numRuns * 5_000,
);
