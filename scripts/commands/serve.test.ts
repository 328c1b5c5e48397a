import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { FeedItem } from '#harness';
import { connect } from '#harness/client';

const launcher = join(import.meta.dirname, '../groundhog.js');

/** A server that is ready, and what it told on the way there. */
interface Served {
  readonly child: ChildProcess;
  readonly said: readonly string[];
}

async function serve(dataDir: string, port: number): Promise<Served> {
  const child = spawn(
    process.execPath,
    [launcher, 'serve', '--data-dir', dataDir, '--port', String(port), '--pace', '40'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const said: string[] = [];
  for await (const line of createInterface(child.stderr)) {
    said.push(line.trim());
    if (line.includes('ready')) return { child, said };
  }
  throw new Error('The server ended before it was ready.');
}

async function end({ child }: Served, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const closed = once(child, 'exit');
  child.kill(signal);
  await closed;
  return child.exitCode;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const logSchema = z.object({
  events: z.array(z.object({ runId: z.string(), fact: z.object({ type: z.string() }) })),
});

// Two processes with a database on disk: slow to start on a busy machine.
test('a server that is killed in the middle of an answer goes on with it when it boots, says so, and its viewer misses nothing', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'groundhog-serve-'));
  const port = await freePort();
  const dataDir = join(directory, 'data');
  let server = await serve(dataDir, port);
  const viewer = connect({ url: `http://127.0.0.1:${port}`, sessionId: 's1' });
  try {
    const items: FeedItem[] = [];
    let lives = 1;
    await viewer.send({
      messageId: 'm1',
      text: 'I was charged twice for my Pro plan. Please refund one.',
    });
    const recovering = 'Going on with s1/m1.';
    expect(server.said).not.toContain(recovering);
    expect(await viewer.ask('/health')).toEqual({ status: 'ok', recoveredRuns: 0 });
    for await (const item of viewer.items()) {
      items.push(item);
      if (lives === 1 && item.kind === 'text-delta' && item.delta.ordinal === 2) {
        await end(server, 'SIGKILL');
        server = await serve(dataDir, port);
        lives += 1;
      }
      if (item.kind === 'event' && item.event.fact.type === 'run-completed') break;
    }
    const events = items.flatMap((item) => (item.kind === 'event' ? [item.event] : []));
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(lives).toBe(2);
    expect(server.said).toContain(recovering);
    expect(await viewer.ask('/health')).toEqual({ status: 'ok', recoveredRuns: 1 });
    const { events: log } = logSchema.parse(await viewer.ask('/v1/sessions/s1/events'));
    expect(log).toHaveLength(events.length);
    expect(new Set(log.map(({ runId }) => runId))).toEqual(new Set(['s1/m1']));
    for (const type of ['message-received', 'run-completed']) {
      expect(log.filter(({ fact }) => fact.type === type)).toHaveLength(1);
    }
    const texts = new Map<string, string>();
    const logged = new Map<string, string>();
    for (const item of items) {
      if (item.kind === 'text-restarted') texts.set(item.turn.step, '');
      if (item.kind === 'text-delta') {
        texts.set(item.delta.step, (texts.get(item.delta.step) ?? '') + item.delta.text);
      }
      if (item.kind === 'event' && item.event.fact.type === 'model-turn-completed') {
        logged.set(item.event.step, item.event.fact.text);
      }
    }
    expect(texts.size).toBeGreaterThan(1);
    for (const [step, text] of texts) expect([step, text]).toEqual([step, logged.get(step)]);
    expect(await end(server, 'SIGTERM')).toBe(143);
  } finally {
    viewer.close();
    await end(server, 'SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
}, 120_000);
