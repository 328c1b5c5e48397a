import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FeedItem } from '#harness';
import { memoryBacking, scriptedModel } from '#harness/testing';
import { startWorldServer, type WorldServer } from '../desk/world/world-server.ts';
import { scenarioNamed } from '../suites/scenario-named.ts';
import { defineScenario, type Scenario } from './define-scenario.ts';
import { type PlayOptions, playScenario } from './play-scenario.ts';
import { scenarioExchanges } from './scenario-exchanges.ts';

let worldServer: WorldServer;
beforeAll(async () => {
  worldServer = await startWorldServer();
});
afterAll(() => worldServer.close());

const scenario = scenarioNamed('T-01');

const play = (options: Partial<PlayOptions> = {}, played: Scenario = scenario) =>
  playScenario(played, {
    worldServer,
    backing: memoryBacking(),
    model: scriptedModel(played.playbooks.gold),
    ...options,
  });

test("a session's time is the scenario's and its trace id follows from its place", async () => {
  const [left, right] = [await play(), await play({ sessionId: 'again' })];
  const opening = left.events.slice(0, 2).map(({ fact }) => fact);
  expect(opening).toMatchObject([
    { type: 'message-received', receivedAt: Date.parse('2026-06-15T10:00:00Z') },
    { type: 'run-started', traceId: expect.stringMatching(/^[0-9a-f]{32}$/) },
  ]);
  expect(right.events.slice(0, 2).map(({ fact }) => fact)).toEqual(opening);
});

const roll = (id: string, ordinal: number): string =>
  scenarioExchanges({ ...scenario, id }).dice({ lane: '1', ordinal }, () => 'unused');

test('the dice differ from place to place and from scenario to scenario', () => {
  expect(new Set([roll('R-01', 2), roll('R-01', 3), roll('T-01', 2)]).size).toBe(3);
});

test('each message is a run of its own, in order, under a name that follows from the session', async () => {
  const twice = { ...scenario, messages: [...scenario.messages, { text: 'Thank you!' }] };
  const seen = await play(
    { sessionId: 'two', model: scriptedModel(scenario.playbooks.null) },
    twice,
  );
  expect(seen.outcomes.map(({ kind }) => kind)).toEqual(['answered', 'answered']);
  expect(new Set(seen.events.map(({ runId }) => runId))).toEqual(new Set(['two/1', 'two/2']));
  expect(seen.savedSteps).toEqual([
    { run: 1, step: 'receive-message' },
    { run: 1, step: 'model#1' },
    { run: 2, step: 'receive-message' },
    { run: 2, step: 'model#1' },
  ]);
  expect(seen.pendingRuns).toEqual([]);
});

async function story(id: string): Promise<readonly string[]> {
  const seen = await play({}, scenarioNamed(id));
  return seen.events.flatMap(({ runId, step, fact }) => {
    const run = runId.slice(id.length + 1);
    if (fact.type === 'tool-failed') return `${run} ${step} ${fact.error.code}`;
    if (fact.type === 'message-steered') return `${run} ${step} reads ${fact.messageId}`;
    if (fact.type === 'run-completed' || fact.type === 'run-steered') return `${run} ${fact.type}`;
    return fact.type === 'message-received' ? `${run} hears` : [];
  });
}

test('a message comes during a run at its step, which does not go on before the message is in its session', async () => {
  expect(await story('D-08')).toEqual([
    '1 hears',
    '1 issueRefund#1 MESSAGE_ARRIVED',
    '1 model#4 reads D-08/2',
    '1 run-completed',
    '2 run-steered',
  ]);
  const inTurn = ['1 hears', '1 run-completed', '2 hears', '2 run-completed'];
  expect(await story('D-08b')).toEqual(inTurn);
  expect(await story('D-08c')).toEqual(inTurn);
});

test('a message for a step that never comes is said when the run is over', async () => {
  const card = scenarioNamed('D-08');
  const seen = await play({ model: scriptedModel(card.playbooks.null) }, card);
  expect(seen.outcomes.map(({ kind }) => kind)).toEqual(['answered', 'answered']);
});

const during = (run: number) => ({ run, step: 'model#1', moment: 'before' as const });

test('a card says of which run in progress a message comes', () => {
  const said = { text: 'Hello?' };
  const card =
    (...runs: number[]) =>
    () =>
      defineScenario({
        ...scenario,
        messages: [said, ...runs.map((run) => ({ ...said, during: during(run) }))],
      });
  expect(card(1, 1)().messages).toHaveLength(3);
  expect(card(2)).toThrow('message 2 comes during run 2, which is not in progress then');
  expect(card(1, 2)).toThrow('message 3 comes during run 2');
});

test('a viewer is told every event once, in order, and the text of every turn', async () => {
  const items: FeedItem[] = [];
  const seen = await play({ onFeed: (item) => items.push(item) });
  const events = items.flatMap((item) => (item.kind === 'event' ? [item.event] : []));
  const text = items.flatMap((item) => (item.kind === 'text-delta' ? [item.delta.text] : []));
  expect(events).toEqual(seen.events);
  expect(text.join('')).toBe(seen.deltas.map((delta) => delta.text).join(''));
  expect(text.join('')).toMatch(/^Let me see which charge that was\./);
});

function failToShow(): never {
  throw new RangeError('no viewer');
}

test("a viewer's error ends the play", async () => {
  await expect(play({ onFeed: failToShow })).rejects.toThrow('no viewer');
});

test('the calls of the models are told by their places', async () => {
  expect((await play()).modelCalls).toEqual([
    { lane: '1/triage', ordinal: 0 },
    { lane: '1/triage', ordinal: 3 },
    { lane: '1/triage', ordinal: 6 },
  ]);
});

test('who gives up waiting is told so with their own reason', async () => {
  const reason = new Error('enough');
  await expect(play({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  const giveUp = new AbortController();
  const onFeed = (): void => giveUp.abort(reason);
  await expect(play({ signal: giveUp.signal, onFeed })).rejects.toBe(reason);
});
