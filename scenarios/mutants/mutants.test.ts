import { afterAll, beforeAll, expect, test } from 'vitest';
import { memoryBacking, memoryStore, scriptedModel } from '#harness/testing';
import { checkHistory } from '../checkers/check-history.ts';
import { startWorldServer, type WorldServer } from '../desk/world/world-server.ts';
import { playScenario } from '../scenario/play-scenario.ts';
import { scenarioNamed } from '../suites/scenario-named.ts';
import type { Mutant } from './mutant.ts';
import { mutantNamed, mutants } from './mutant-named.ts';

// That a crash brings the defects to light is shown in checkers/two-lives.test.ts.

let worldServer: WorldServer;
beforeAll(async () => {
  worldServer = await startWorldServer();
});
afterAll(() => worldServer.close());

const scenario = scenarioNamed('R-01');
const play = (mutant?: Mutant) =>
  playScenario(scenario, {
    worldServer,
    backing: memoryBacking(),
    model: scriptedModel(scenario.playbooks.gold),
    ...(mutant === undefined ? {} : { mutant }),
  });

test.for(mutants)('$id shows nothing while nothing crashes', async (mutant) => {
  expect(checkHistory(await play(), await play(mutant), { repeatable: [] })).toEqual([]);
});

test('CD-1 takes the key from the refund and from nothing else', async () => {
  const { ledger } = await play(mutantNamed('CD-1'));
  expect(ledger.map(({ kind, key }) => [kind, key])).toEqual([
    ['refund', null],
    ['mail', 'R-01/R-01/1/sendReply#1'],
  ]);
});

test('CD-4 stores what is told again, and keeps what an earlier attempt has streamed', async () => {
  const { agents, entry } = scenario.subject.assemble({ worldUrl: 'http://world.invalid' });
  const backing = memoryBacking();
  const { store } = mutantNamed('CD-4').apply({
    agents,
    entry,
    backing: { ...backing, store: memoryStore(() => 0) },
    worldUrl: 'http://world.invalid',
  }).backing;
  const turn = { sessionId: 's', runId: 's/1', step: 'model#1' };
  const fact = { type: 'run-completed', agent: 'triage', text: 'Done.' } as const;
  const draft = { runId: 's/1', step: 'end', ordinal: 0, fact };
  for (const ordinal of [0, 1, 2]) {
    await store.appendEvents('s', [draft]);
    const attempt = await store.beginAttempt(turn);
    expect(attempt).toBe(ordinal + 1);
    await store.appendDelta({ ...turn, attempt, ordinal: 0, text: 'Let me classify ' });
  }
  expect((await store.readEvents('s', 0)).map(({ seq, ordinal }) => [seq, ordinal])).toEqual([
    [1, 0],
    [2, 1],
    [3, 2],
  ]);
  expect((await store.readDeltas('s')).map(({ text }) => text).join('')).toBe(
    'Let me classify Let me classify Let me classify ',
  );
});

test('an unknown mutant is answered with those there are', () => {
  expect(() => mutantNamed('CD-99')).toThrow(
    'There is no mutant CD-99. There are CD-1 (issueRefund sends no idempotency key), CD-2 (',
  );
});
