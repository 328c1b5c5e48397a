import { expect, test } from 'vitest';
import {
  createSessionFeed,
  type FeedItem,
  type SessionEvent,
  type SessionStore,
  type TextDelta,
} from '#harness';
import { memoryBacking, memoryStore } from '#harness/testing';
import { historyInterleavesLive } from '../mutants/log/history-interleaves-live.ts';
import { checkViewing, countFaults, type ViewerFaults } from './check-viewings.ts';
import type { Connection, Viewing } from './viewers.ts';

const turn = { sessionId: 's', runId: 's/1', step: 'model#1' };
const usage = { inputTokens: 1, outputTokens: 1 };

/** The log: a message, a turn that says `Let me see.`, its end. */
const store = memoryStore(() => 0);
await store.appendEvents('s', [
  {
    ...turn,
    step: 'receive-message',
    ordinal: 0,
    fact: { type: 'run-started', agent: 'triage', traceId: 'ab' },
  },
  {
    ...turn,
    ordinal: 0,
    fact: {
      type: 'model-turn-completed',
      agent: 'triage',
      prompt: 'p',
      text: 'Let me see.',
      finishReason: 'stop',
      usage,
      messages: [],
    },
  },
  { ...turn, step: 'end', ordinal: 0, fact: { type: 'run-completed', agent: 'triage', text: '' } },
]);
const log = await store.readEvents('s', 0);

const event = (seq: number): FeedItem => ({ kind: 'event', event: eventNumbered(seq) });
const text = (words: string, ordinal: number, attempt = 1): FeedItem => {
  const delta: TextDelta = { ...turn, attempt, ordinal, text: words };
  return { kind: 'text-delta', delta };
};
const restart = (attempt: number): FeedItem => ({ kind: 'text-restarted', turn, attempt });

function eventNumbered(seq: number): SessionEvent {
  const found = log.find((each) => each.seq === seq);
  if (found === undefined) throw new Error(`there is no event ${seq}`);
  return found;
}

const viewing = (...connections: readonly Connection[]): Viewing => ({ name: 'v', connections });
const faults = (...items: readonly FeedItem[]): ViewerFaults =>
  countFaults(viewing({ after: 0, items }), log);
const whole = [event(1), text('Let me ', 0), text('see.', 1), event(2), event(3)];

test('the log, once and in order, is without fault, over one connection or two', () => {
  expect(checkViewing(viewing({ after: 0, items: whole }), log)).toEqual([]);
  const again = [text('Let me ', 0), text('see.', 1), event(2), event(3)];
  const twice = viewing({ after: 0, items: whole.slice(0, 2) }, { after: 1, items: again });
  expect(checkViewing(twice, log)).toEqual([]);
});

test('an attempt that is taken back counts for nothing, if it is taken back', () => {
  const second = [text('Let me ', 0, 2), text('see.', 1, 2), event(2), event(3)];
  const anew = [event(1), text('Let us', 0), restart(2), ...second];
  expect(faults(...anew)).toEqual({ duplicates: 0, gaps: 0, outOfOrder: 0 });
  expect(faults(event(1), text('Let us', 0), ...second).duplicates).toBeGreaterThan(0);
  expect(faults(...anew.slice(0, 3), text('classify', 1), ...second).outOfOrder).toBe(1);
});

test.for([
  ['an event shown twice', [...whole, event(3)], { duplicates: 1, outOfOrder: 1 }],
  ['a piece shown twice', whole.toSpliced(2, 0, text('Let me ', 0)), { duplicates: 1 }],
  ['an event left out', whole.toSpliced(0, 1), { gaps: 2 }],
  ['the end left out', whole.slice(0, -1), { gaps: 1 }],
  ['a piece left out in the middle', whole.toSpliced(1, 1), { gaps: 2 }],
  ['the last piece left out', whole.toSpliced(2, 1), { gaps: 1 }],
  ['a piece behind its turn', [...whole.toSpliced(2, 1), text('see.', 1)], { outOfOrder: 1 }],
  ['the newest before the history', [event(3), ...whole], { duplicates: 3 }],
] as const)('%s is a fault', ([, items, expected]) => {
  expect(faults(...items)).toMatchObject(expected);
  expect(checkViewing(viewing({ after: 0, items }), log)).toMatchObject([{ invariant: 'I4' }]);
});

test('CD-10 is seen by who comes late, and by nobody in the log itself', async () => {
  const shownBy = async (watched: SessionStore): Promise<ViewerFaults> => {
    const leaving = new AbortController();
    const items: FeedItem[] = [];
    const shown = createSessionFeed(watched).subscribe('s', { after: 0, signal: leaving.signal });
    for await (const item of shown) {
      items.push(item);
      if (items.length >= log.length) leaving.abort();
    }
    return countFaults(viewing({ after: 0, items }), log);
  };
  const mutant = historyInterleavesLive.apply({
    agents: [],
    entry: '',
    worldUrl: '',
    backing: { ...memoryBacking(), store },
  }).backing.store;
  expect((await shownBy(mutant)).outOfOrder).toBeGreaterThan(0);
  expect(await mutant.readEvents('s', 0)).toEqual(log);
});
