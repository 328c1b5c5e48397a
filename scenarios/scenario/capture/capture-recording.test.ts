import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonicalJson, type Database, durableBacking, sessionArchive } from '#harness';
import { testDatabases } from '#harness/testing';
import {
  type Exchange,
  framingLoss,
  type Recording,
  readRecording,
  serializeRecording,
} from '#recordings';
import { startWorldServer, type WorldServer } from '../../desk/world/world-server.ts';
import { scenarioNamed } from '../../suites/scenario-named.ts';
import { runLife } from '../../verifier/start-worker.ts';
import type { WorkerOrder } from '../../verifier/worker-order.ts';
import type { Scenario } from '../define-scenario.ts';
import { openModel } from '../open-model.ts';
import { playSession } from '../play-session.ts';
import { recordingPath } from '../recording-path.ts';
import { captureFrom } from './capture-recording.ts';

let worlds: WorldServer;
beforeAll(async () => {
  worlds = await startWorldServer();
});
afterAll(() => worlds.close());

/** Plays the scenario as it was recorded: the model is replayed, the tools run. */
async function playOn(
  database: Database,
  scenario: Scenario,
  { recording, sessionId = scenario.id }: { recording: Recording; sessionId?: string },
): Promise<void> {
  await using opened = await openModel(scenario, { kind: 'recorded', recording });
  const session = await playSession(scenario, {
    worldUrl: worlds.createWorld(scenario.world).url,
    sessionId,
    model: opened.model,
    backing: await durableBacking({
      database,
      identity: { application: 'capture', version: 'capture', executorId: 'capture' },
    }),
    exchanges: opened.exchanges,
  });
  expect(opened.replay()?.finish(session.events).divergence).toBeUndefined();
}

/** A recording without all that a database does not keep of it, said as such. */
function asCaptured(
  { header, exchanges, ...recording }: Recording,
  losses: readonly string[] = [framingLoss],
): Recording {
  const { toolchain, ...named } = header;
  const made = `captured:${header.model.modelId}`;
  return {
    ...recording,
    header: { ...named, made, losses: [...losses], toolchain },
    exchanges: exchanges.map((each) => {
      if (each.t !== 'model') return each;
      const bare = unframedAnswer(each, exchanges);
      return { ...each, answer: { ...each.answer, parts: each.answer.parts.flatMap(bare) } };
    }),
  };
}

type Part = Extract<Exchange, { t: 'model' }>['answer']['parts'][number];

const framing: ReadonlySet<string> = new Set([
  'stream-start',
  'response-metadata',
  'tool-input-start',
  'tool-input-delta',
  'tool-input-end',
]);

function unframedAnswer(
  { lane }: Pick<Exchange, 'lane'>,
  exchanges: readonly Exchange[],
): (part: Part) => readonly Part[] {
  const called = new Set(exchanges.map((each) => (each.t === 'tool' ? each.call : '')));
  return (part) => {
    if (part.type === 'tool-call' && called.has(part.toolCallId)) {
      return [{ ...part, input: canonicalJson(JSON.parse(part.input)) }];
    }
    // A summary is kept without what its provider called it.
    if ('providerMetadata' in part && lane.endsWith('/memory')) {
      const { providerMetadata: _, ...anonymous } = part;
      return unframed(anonymous);
    }
    return unframed(part);
  };
}

function unframed(part: Part): readonly Part[] {
  if (framing.has(part.type)) return [];
  if (part.type === 'text-delta') return [{ ...part, deltas: [part.deltas.join('')] }];
  if (part.type !== 'finish') return [part];
  const { finishReason, usage, type } = part;
  const { inputTokens, outputTokens } = usage;
  return [
    {
      type,
      finishReason: { unified: finishReason.unified },
      usage: {
        inputTokens: { total: inputTokens.total ?? 0 },
        outputTokens: { total: outputTokens.total ?? 0 },
      },
    },
  ];
}

/** Ids that are counted from the beginning of a recording. */
const withoutItems = (text: string): string => text.replaceAll(/"item\d+"/g, '"item"');

describe.for(Object.entries(testDatabases))('on %s', ([, open]) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  }, 120_000);
  afterAll(() => database.close());

  test.for(['R-01', 'T-01', 'T-10', 'S-01', 'H-01', 'D-08', 'M-09'])(
    'what is captured of %s is what was recorded as it happened, to the byte',
    { timeout: 60_000 },
    async (id) => {
      const scenario = scenarioNamed(id);
      const recorded = await readRecording(recordingPath(id));
      await playOn(database, scenario, { recording: recorded });
      const { recording, left } = await captureFrom(sessionArchive(database), id, { scenario });
      expect(left).toEqual([]);
      expect(serializeRecording(recording)).toBe(serializeRecording(asCaptured(recorded)));
    },
  );

  test('a run is not captured without the message that it read', { timeout: 60_000 }, async () => {
    const scenario = scenarioNamed('D-08');
    const sessionId = 'D-08 again';
    const recording = await readRecording(recordingPath('D-08'));
    await playOn(database, scenario, { recording, sessionId });
    await expect(
      captureFrom(sessionArchive(database), sessionId, { scenario, runs: 1 }),
    ).rejects.toThrow('it read the message of run 2, which is not there');
  });

  test('of a session that was cleared what came behind it is captured, counted from there', {
    timeout: 60_000,
  }, async () => {
    const scenario = scenarioNamed('M-07');
    const recorded = await readRecording(recordingPath('M-07'));
    await playOn(database, scenario, { recording: recorded });
    const { recording } = await captureFrom(sessionArchive(database), 'M-07', { scenario });
    expect(recording.header.losses).toEqual([
      framingLoss,
      'the run before the session was cleared',
    ]);
    const cleared = recorded.exchanges.findIndex(({ t }) => t === 'clear');
    const behind = asCaptured(recorded).exchanges.slice(cleared + 1);
    const asSecond = JSON.stringify(recording.exchanges).replaceAll('"lane":"1', '"lane":"2');
    expect(withoutItems(asSecond)).toBe(withoutItems(JSON.stringify(behind)));
    // Nothing of what was said before it.
    expect(serializeRecording(recording)).not.toContain('ord_8001 never arrived');
  });
});

test('a session whose server was killed in the middle of a refund, and recovered, is captured as the same recording', {
  timeout: 120_000,
}, async () => {
  const scenario = scenarioNamed('R-01');
  const directory = mkdtempSync(join(tmpdir(), 'groundhog-capture-'));
  await using database = await testDatabases.PostgreSQL();
  const order: WorkerOrder = {
    scenario: 'R-01',
    recording: recordingPath('R-01'),
    worldUrl: worlds.createWorld(scenario.world).url,
    database: { kind: 'postgres', url: database.url },
    executorId: 'capture',
    application: 'capture',
    role: 'plays',
    fault: 'kill',
    sessionId: 'R-01',
    life: 1,
    evidence: join(directory, 'evidence.jsonl'),
    subject: 'harness',
    crash: { run: 1, step: 'issueRefund#1', moment: 'inside' },
  };
  const { signal } = new AbortController();
  try {
    expect(await runLife(order, { signal })).toMatchObject({ signal: 'SIGKILL', hung: false });
    const { crash: _, ...again } = order;
    expect(await runLife({ ...again, life: 2 }, { signal })).toMatchObject({ exitCode: 0 });
    const { recording } = await captureFrom(sessionArchive(database), 'R-01', { scenario });
    const recorded = await readRecording(recordingPath('R-01'));
    expect(serializeRecording(recording)).toBe(serializeRecording(asCaptured(recorded)));
  } finally {
    rmSync(directory, { recursive: true });
  }
});
