import { afterEach, describe, expect, test } from 'vitest';
import { defineAgent, definePrompt } from '../agent/define-agent.ts';
import { createHarness, type Harness } from '../create-harness.ts';
import { systemHost } from '../host/host.ts';
import { type RunningServer, startServer } from '../server/start-server.ts';
import type { FeedItem } from '../session/session-feed.ts';
import { memoryBacking } from '../testing/memory-backing.ts';
import { memoryKeyStore } from '../testing/memory-key-store.ts';
import { scriptedModel } from '../testing/scripted-model.ts';
import { type Connection, type ConnectionStatus, connect } from './connect.ts';
import { emptyConversation, foldConversation } from './fold-conversation.ts';
import { type Platform, platform } from './platform.ts';

const principal = { id: 'cus_1', role: 'customer', tenant: 'larkspur' };
const answer = 'Each of these words comes as a piece of its own, and none twice. 🦫 Ånd ünïcode.';

const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close();
});

/** Time that passes at every look: every piece of a text is stored by itself. */
function hurriedHost(): ReturnType<typeof systemHost> {
  const host = systemHost();
  let now = 0;
  return { ...host, clock: { ...host.clock, now: () => (now += 1_000) } };
}

async function openHarness(): Promise<Harness> {
  const host = hurriedHost();
  const agent = defineAgent({
    name: 'helper',
    prompt: definePrompt('helper', 'You help.'),
    tools: [],
    handoffs: [],
    turnLimit: 2,
  });
  const plays = [{ name: 'answer', when: () => true, answer: () => ({ text: answer }) }];
  const harness = await createHarness({
    agents: [agent],
    entry: 'helper',
    model: scriptedModel({ name: 'one answer', plays }, { chunk: 4 }),
    backing: memoryBacking(host),
    host,
  });
  opened.push(() => harness.close());
  return harness;
}

async function serve(harness: Harness, port = 0): Promise<RunningServer> {
  const server = await startServer({
    harness,
    port,
    access: { kind: 'development', principal },
    limits: { patienceMs: 1000 },
    drainMs: 20,
  });
  opened.push(() => server.close());
  return server;
}

interface Viewer {
  readonly connection: Connection;
  readonly items: readonly FeedItem[];
  readonly statuses: readonly ConnectionStatus[];
  /** Events and texts as they must be: see `shownOf`. */
  readonly shown: () => unknown;
}

function watch(
  url: string,
  options: { readonly platform?: Platform; readonly key?: string } = {},
): Viewer {
  const items: FeedItem[] = [];
  const statuses: ConnectionStatus[] = [];
  const connection = connect({
    url,
    sessionId: 's1',
    onStatus: (status) => statuses.push(status),
    ...options,
  });
  const reading = (async () => {
    for await (const item of connection.items()) items.push(item);
  })();
  // Whoever expects the refusal asks for it.
  reading.catch(() => undefined);
  opened.push(async () => {
    connection.close();
    await reading.catch(() => undefined);
  });
  return { connection, items, statuses, shown: () => shownOf(items) };
}

/** What a viewer has been shown: the keys of events as they came, the pieces of each turn as they came. */
function shownOf(items: readonly FeedItem[]): object {
  return {
    events: items.flatMap((item) => (item.kind === 'event' ? [item.event.seq] : [])),
    texts: items.flatMap((item) => (item.kind === 'text-delta' ? [item.delta.text] : [])).join(''),
  };
}

/** After so many runs. */
const whole = (runs: number): object => ({
  events: Array.from({ length: runs * 4 }, (_, index) => index + 1),
  texts: answer.repeat(runs),
});

/** A line that breaks when so many frames have come over it, the next number for every new connection. */
function breakingLine(breaks: Iterator<number>): Platform {
  return {
    ...platform,
    pause: (durationMs, signal) => platform.pause(durationMs / 50, signal),
    openSocket: (url) => {
      const socket = platform.openSocket(url);
      const { value, done } = breaks.next();
      let left = done ? Number.POSITIVE_INFINITY : value;
      socket.addEventListener('message', (message) => {
        left -= 1;
        if (left < 0) {
          message.stopImmediatePropagation();
          socket.close();
        }
      });
      return socket;
    },
  };
}

describe('a client', () => {
  test('sends, and is shown the session as it is told', async () => {
    const server = await serve(await openHarness());
    const viewer = watch(server.url);
    expect(await viewer.connection.send({ messageId: 'm1', text: 'hello' })).toBe('s1/m1');
    await expect.poll(viewer.shown).toEqual(whole(1));
    const conversation = viewer.items.reduce(foldConversation, emptyConversation);
    expect(conversation).toMatchObject({
      agent: 'helper',
      activeRun: undefined,
      parts: [
        { kind: 'said', text: 'hello' },
        { kind: 'answered', text: answer, isComplete: true },
      ],
    });
  });

  test('waits for a session that has not begun', async () => {
    const server = await serve(await openHarness());
    const viewer = watch(server.url);
    await expect.poll(() => viewer.statuses).toContain('absent');
    await viewer.connection.send({ messageId: 'm1', text: 'hello' });
    await expect.poll(viewer.shown).toEqual(whole(1));
    expect(viewer.statuses.at(-1)).toBe('live');
  });

  test('goes on behind its cursor', async () => {
    const harness = await openHarness();
    const server = await serve(harness);
    await watch(server.url).connection.send({ messageId: 'm1', text: 'hello' });
    await harness.outcome('s1/m1');
    const late = connect({ url: server.url, sessionId: 's1', after: 3 });
    const { value } = await late.items()[Symbol.asyncIterator]().next();
    expect(value).toMatchObject({ kind: 'event', event: { seq: 4 } });
    late.close();
  });

  test('is told when the server does not know its key', async () => {
    const harness = await openHarness();
    const server = await startServer({ harness, access: { kind: 'keys', keys: memoryKeyStore() } });
    opened.push(() => server.close());
    const stranger = connect({ url: server.url, sessionId: 's1', key: 'ghk_no' });
    await expect(stranger.items()[Symbol.asyncIterator]().next()).rejects.toThrow(
      'does not know this key',
    );
    await expect(stranger.send({ messageId: 'm1', text: 'hello' })).rejects.toMatchObject({
      status: 401,
      code: 'UNAUTHENTICATED',
    });
  });
});

describe('a line that breaks', () => {
  test('after any number of frames leaves no gap and shows nothing twice', async () => {
    const harness = await openHarness();
    const server = await serve(harness);
    const watched = watch(server.url);
    await watched.connection.send({ messageId: 'm1', text: 'hello' });
    await expect.poll(watched.shown).toEqual(whole(1));
    const frames = watched.items.length + 1;
    expect(frames).toBeGreaterThan(10);
    for (let at = 0; at <= frames; at += 1) {
      const viewer = watch(server.url, { platform: breakingLine([at].values()) });
      await expect.poll(viewer.shown, { interval: 5 }).toEqual(whole(1));
      expect(viewer.statuses.includes('reconnecting')).toBe(at < frames);
      viewer.connection.close();
    }
  });

  test('while the text streams, again and again, leaves no gap and shows nothing twice (seed 7)', async () => {
    const harness = await openHarness();
    const server = await serve(harness);
    const viewers = Array.from({ length: 8 }, (_, index) =>
      watch(server.url, { platform: breakingLine(seeded(7 + index)) }),
    );
    const speaker = connect({ url: server.url, sessionId: 's1' });
    for (const messageId of ['m1', 'm2', 'm3']) await speaker.send({ messageId, text: 'hello' });
    for (const viewer of viewers) await expect.poll(viewer.shown).toEqual(whole(3));
    expect(viewers.some(({ statuses }) => statuses.includes('reconnecting'))).toBe(true);
  });

  test('because the server is stopped and started, while sending too, loses nothing', async () => {
    const harness = await openHarness();
    let server = await serve(harness);
    const port = Number(new URL(server.url).port);
    const hurried = breakingLine([].values());
    const viewers = [
      watch(server.url, { platform: hurried }),
      watch(server.url, { platform: hurried }),
    ];
    for (let run = 1; run <= 5; run += 1) {
      const sent = viewers[0]?.connection.send({ messageId: `m${run}`, text: 'hello' });
      await server.close();
      server = await serve(harness, port);
      await sent;
    }
    for (const viewer of viewers) await expect.poll(viewer.shown).toEqual(whole(5));
  });
});

/** Numbers of frames, from 2 to 61, by a linear congruential generator. */
function* seeded(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield 2 + (state % 60);
  }
}
