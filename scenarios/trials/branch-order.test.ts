import { assert, asyncProperty, constantFrom, nat, record } from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inLogicalOrder, type SessionEvent } from '#harness';
import { readRecording, replaySession } from '#recordings';
import { checkHistory } from '../checkers/check-history.ts';
import { startWorldServer, type WorldServer } from '../desk/world/world-server.ts';
import { recordingPath } from '../scenario/recording-path.ts';
import { scenarioNamed } from '../suites/scenario-named.ts';
import { lateModels } from './late-models.ts';
import { playTwoLives } from './two-lives.ts';

// S-01 with its three investigators' models late in every order: whichever is done first, it is the same session.

let worldServer: WorldServer;
beforeAll(async () => {
  worldServer = await startWorldServer();
});
afterAll(() => worldServer.close());

const scenario = scenarioNamed('S-01');
const sent = [1, 2, 3];
const orders = sent.flatMap((first) =>
  sent.flatMap((second) =>
    sent.flatMap((third) =>
      new Set([first, second, third]).size === 3 ? [[first, second, third]] : [],
    ),
  ),
);

/** Numbers of the sub-agents as the log says that they ended. */
const endsIn = (events: readonly SessionEvent[]): readonly number[] =>
  events.flatMap(({ runId, fact }) =>
    fact.type === 'sub-agent-completed' ? [Number(runId.slice(runId.indexOf('~') + 1))] : [],
  );

/** What happened, without when and between what else. */
const historyOf = (events: readonly SessionEvent[]): readonly unknown[] =>
  inLogicalOrder(events).map(({ storedAt: _, seq: __, ...event }) => event);

test('replayed with models late in each of the six orders, it is the recorded session every time', async () => {
  const recording = await readRecording(recordingPath('S-01'));
  const subject = scenario.subject.assemble({ worldUrl: 'http://world.invalid' });
  const replay = (around?: ReturnType<typeof lateModels>) =>
    replaySession(
      { recording, ...subject },
      ...(around === undefined ? [] : [{ startsAt: 0, around }]),
    );
  const history = historyOf((await replay()).events);
  const logs: SessionEvent[][] = [];
  for (const order of orders) {
    const { events, divergence } = await replay(lateModels(order));
    expect(divergence).toBeUndefined();
    expect(endsIn(events)).toEqual(order);
    expect(historyOf(events)).toEqual(history);
    logs.push([...events]);
  }
  // That they are the same is worth saying because the logs, as they were written, are not.
  expect(new Set(logs.map((log) => JSON.stringify(log.map(({ runId }) => runId)))).size).toBe(6);
});

test('stopped in any of its investigators and gone on with in another order, it comes to the same end', {
  timeout: 120_000,
}, async () => {
  const golden = (await playTwoLives(scenario, worldServer)).seen;
  const order = constantFrom(...orders);
  const story = record({
    first: order,
    second: order,
    place: nat({ max: 2 }),
    moment: constantFrom('before', 'inside', 'after'),
  });
  await assert(
    asyncProperty(story, async ({ first, second, place, moment }) => {
      const stopped = first[place] ?? 1;
      // Before its first turn nobody has been answered; in it, those that stand before it have been, to the end.
      const left = second.filter((each) => moment === 'before' || first.indexOf(each) >= place);
      const life = await playTwoLives(scenario, worldServer, {
        crash: { run: `1~${stopped}`, step: 'model#1', moment },
        exchanges: (number) => lateModels(number === 1 ? first : left),
      });
      expect(life.landed).toBe(true);
      const ends = endsIn(life.seen.events);
      expect(ends.filter((each) => left.includes(each))).toEqual(left);
      expect(checkHistory(golden, life.seen, life)).toEqual([]);
    }),
    { numRuns: 8 },
  );
});
