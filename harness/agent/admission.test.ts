import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type Backing, createHarness, type Harness } from '../create-harness.ts';
import { durableBacking } from '../durable-backing.ts';
import { openHarnessDatabase } from '../open-harness-database.ts';
import { currentStateVersion } from '../session/admission.ts';
import type { Principal } from '../session/event.ts';
import { memoryBacking } from '../testing/memory-backing.ts';
import { scriptedModel } from '../testing/scripted-model.ts';
import { defineAgent, definePrompt } from './define-agent.ts';

// A message whose run may not enter the session it was sent to, and one whose session is of another version.

interface Opened extends AsyncDisposable {
  readonly harness: Harness;
  readonly setStateVersion: (sessionId: string, version: number) => Promise<void>;
}

const open = (backing: Backing): Promise<Harness> =>
  createHarness({
    agents: [
      defineAgent({
        name: 'helper',
        prompt: definePrompt('helper', 'You help.'),
        tools: [],
        handoffs: [],
        turnLimit: 2,
      }),
    ],
    entry: 'helper',
    model: scriptedModel({
      name: 'one answer',
      plays: [{ name: 'answer', when: () => true, answer: () => ({ text: 'Here.' }) }],
    }),
    backing,
  });

const backings: Readonly<Record<string, () => Promise<Opened>>> = {
  memory: async () => {
    const backing = memoryBacking();
    const harness = await open(backing);
    return {
      harness,
      setStateVersion: async (sessionId, version) =>
        backing.store.setStateVersion(sessionId, version),
      [Symbol.asyncDispose]: harness.close,
    };
  },
  'DBOS on PGlite': async () => {
    const database = await openHarnessDatabase({ kind: 'pglite', dataDir: 'memory' });
    const identity = { application: 'admission', version: '1', executorId: 'one' };
    const harness = await open(await durableBacking({ database, identity }));
    return {
      harness,
      setStateVersion: async (sessionId, version) => {
        await database.pool.query(
          'update groundhog.sessions set state_version = $2 where session_id = $1',
          [sessionId, version],
        );
      },
      [Symbol.asyncDispose]: async () => {
        await harness.close();
        await database.close();
      },
    };
  },
};

const ann: Principal = { id: 'ann', role: 'customer', tenant: 'acme' };
const ben: Principal = { id: 'ben', role: 'customer', tenant: 'bolt' };

async function say(harness: Harness, messageId: string, principal: Principal) {
  await harness.send({ sessionId: 's', messageId, text: 'hello', principal });
  return harness.outcome(messageId);
}

describe.each(Object.entries(backings))('%s', { timeout: 120_000 }, (_name, start) => {
  test('a run in somebody else’s session fails and leaves no trace in it', async () => {
    await using opened = await start();
    const { harness } = opened;
    expect(await say(harness, 'one', ann)).toMatchObject({ kind: 'answered' });
    const before = await harness.events('s');
    expect(await say(harness, 'two', ben)).toMatchObject({
      kind: 'failed',
      error: { code: 'SESSION_MISSING' },
    });
    expect(await harness.events('s')).toEqual(before);
    expect(await harness.deltas('s')).toEqual(await harness.asTenant('acme').deltas('s'));
    expect(await harness.savedSteps('two')).toEqual(['receive-message']);
    expect(await say(harness, 'three', ann)).toMatchObject({ kind: 'answered' });
  });

  test('who reads for another tenant finds no session, nothing said in it and nobody whose it is', async () => {
    await using opened = await start();
    const { harness } = opened;
    await say(harness, 'one', ann);
    const shown = async (tenant: string): Promise<readonly number[]> => {
      const reader = harness.asTenant(tenant);
      const leaving = new AbortController();
      const followed: unknown[] = [];
      const following = (async () => {
        for await (const item of reader.subscribe('s', { after: 0, signal: leaving.signal })) {
          followed.push(item);
        }
      })();
      const read = [await reader.events('s'), await reader.deltas('s')];
      const owner = await reader.owner('s');
      // What there is to follow has been read by then: it is there already.
      await pause(200);
      leaving.abort();
      await following;
      return [...read, followed].map(({ length }) => length).concat(owner === undefined ? 0 : 1);
    };
    expect((await shown('acme')).every((count) => count > 0)).toBe(true);
    expect(await shown('bolt')).toEqual([0, 0, 0, 0]);
  });

  test('a session of an older version is migrated by its next run, which tells so; one of a newer is refused', async () => {
    await using opened = await start();
    const { harness, setStateVersion } = opened;
    await say(harness, 'one', ann);
    await setStateVersion('s', 1);
    await say(harness, 'two', ann);
    await say(harness, 'three', ann);
    const told = (await harness.events('s')).filter(({ fact }) => fact.type === 'state-migrated');
    expect(told).toMatchObject([
      {
        runId: 'two',
        step: 'receive-message',
        fact: { type: 'state-migrated', from: 1, to: currentStateVersion },
      },
    ]);
    await setStateVersion('s', currentStateVersion + 1);
    const before = await harness.events('s');
    expect(await say(harness, 'four', ann)).toMatchObject({
      kind: 'failed',
      error: { code: 'SESSION_VERSION' },
    });
    expect(await harness.events('s')).toEqual(before);
  });
});
