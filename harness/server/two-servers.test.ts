import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Connection, connect } from '../client/connect.ts';
import type { Fact } from '../session/event.ts';
import { type PostgresServer, startPostgres } from '../testing/postgres-server.ts';
import type { ServedLife, WaitingPlace } from '../testing/served-life.ts';

// Two servers on one PostgreSQL: the run is in progress at the one, and what is said to it is said to the other.

let postgres: PostgresServer;
const servers: { readonly url: string; readonly child: ChildProcess }[] = [];
let directory: string;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'groundhog-two-'));
  postgres = await startPostgres();
  const databaseUrl = await postgres.createDatabase('two');
  // One after the other: the first makes the tables.
  for (const name of ['one', 'two']) servers.push(await serve({ databaseUrl, name, directory }));
}, 120_000);
afterAll(async () => {
  for (const { child } of servers) {
    const ended = once(child, 'exit');
    child.stdin?.end();
    await ended;
  }
  await postgres.close();
  rmSync(directory, { recursive: true });
}, 60_000);
beforeEach(() => {
  for (const name of ['book', 'lookUp.reached', 'lookUp.open', 'answer.reached', 'answer.open']) {
    rmSync(join(directory, name), { force: true });
  }
});

async function serve(life: ServedLife): Promise<(typeof servers)[number]> {
  const script = join(import.meta.dirname, '../testing/served-life.ts');
  const child = spawn(process.execPath, [script, JSON.stringify(life)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [said] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  const url = String(said).trim();
  if (!URL.canParse(url)) throw new Error('the server did not start: see above');
  return { url, child };
}

interface Talk extends Disposable {
  /** The session at the server where its first message is said, and at the other. */
  readonly here: Connection;
  readonly there: Connection;
  /** Says it here, and resolves with the run's id when the run waits there. */
  readonly begin: (place: WaitingPlace) => Promise<string>;
  /** The session's events until this many runs have ended, as the other server shows them. */
  readonly story: (ends: number) => Promise<readonly string[]>;
}

function talk(sessionId: string): Talk {
  const [first, second] = servers;
  if (first === undefined || second === undefined) throw new RangeError('no two servers');
  const here = connect({ url: first.url, sessionId });
  const there = connect({ url: second.url, sessionId });
  return {
    here,
    there,
    begin: async (place) => {
      const runId = await here.send({ messageId: 'first', text: `pay, wait at ${place}` });
      while (!existsSync(join(directory, `${place}.reached`))) await pause(10);
      return runId;
    },
    story: async (ends) => {
      const told: string[] = [];
      let ended = 0;
      for await (const item of there.items()) {
        if (item.kind !== 'event') continue;
        const { runId, fact } = item.event;
        if (['message-received', 'run-started', 'model-turn-completed'].includes(fact.type))
          continue;
        told.push(
          `${runId.replace(`${sessionId}/`, '')} ${fact.type}${detailOf(fact)}`.replaceAll(
            `${sessionId}/`,
            '',
          ),
        );
        if (/^run-(completed|cancelled|steered|failed)$/.test(fact.type)) ended += 1;
        if (ended === ends) break;
      }
      // Each server tells of its own run when it comes to it: what one run told, then what the other did.
      return told.toSorted((left, right) => runOf(left).localeCompare(runOf(right)));
    },
    [Symbol.dispose]: () => {
      here.close();
      there.close();
    },
  };
}

const runOf = (line: string): string => line.slice(0, line.indexOf(' '));

const detailOf = (fact: Fact): string => {
  if ('error' in fact) return ` ${fact.error.code}`;
  if ('tool' in fact) return ` ${fact.tool}`;
  if ('takenBy' in fact) return ` by ${fact.takenBy}`;
  if ('messageId' in fact) return ` ${fact.messageId}`;
  return 'text' in fact ? ` ${fact.text}` : '';
};

const open = (place: WaitingPlace): void => writeFileSync(join(directory, `${place}.open`), '');

const payments = (): string => {
  const book = join(directory, 'book');
  return existsSync(book) ? readFileSync(book, 'utf8') : '';
};

const cancelPath = (runId: string): string => `/v1/runs/${encodeURIComponent(runId)}/cancel`;

test('a message that is said to the other server steers the run: it is read before anything is paid', async () => {
  using session = talk('steered');
  await session.begin('lookUp');
  await session.there.send({ messageId: 'second', text: 'no, do not pay', mode: 'steer' });
  open('lookUp');
  expect(await session.story(2)).toEqual([
    'first tool-requested lookUp',
    'first tool-requested pay',
    'first tool-completed lookUp',
    'first tool-failed MESSAGE_ARRIVED',
    'first message-steered second',
    'first run-completed I heard "no, do not pay".',
    'second run-steered by first',
  ]);
  expect(payments()).toBe('');
});

test('one that is said when the last turn has begun is answered by the server it was said to', async () => {
  using session = talk('late');
  await session.begin('answer');
  await session.there.send({ messageId: 'second', text: 'no, do not pay', mode: 'steer' });
  open('answer');
  expect(await session.story(2)).toEqual([
    'first tool-requested lookUp',
    'first tool-requested pay',
    'first tool-completed lookUp',
    'first tool-completed pay',
    'first run-completed I heard "pay, wait at answer".',
    'second run-completed I heard "no, do not pay".',
  ]);
  expect(payments()).toBe('late/late/first/pay#1 by one\n');
});

test('a run that is cancelled at the other server begins no effect any more, and ends at its next step', async () => {
  using session = talk('cancelled');
  const runId = await session.begin('lookUp');
  await session.there.ask(cancelPath(runId), {});
  open('lookUp');
  expect(await session.story(1)).toEqual([
    'first tool-requested lookUp',
    'first tool-requested pay',
    'first tool-completed lookUp',
    'first tool-failed RUN_CANCELLED',
    'first run-cancelled',
  ]);
  expect(payments()).toBe('');
});

test('one that is cancelled when its last turn has begun is answered, and cancelling it afterwards is refused', async () => {
  using session = talk('too-late');
  const runId = await session.begin('answer');
  await session.there.ask(cancelPath(runId), {});
  open('answer');
  expect((await session.story(1)).at(-1)).toBe(
    'first run-completed I heard "pay, wait at answer".',
  );
  expect(payments()).toBe('too-late/too-late/first/pay#1 by one\n');
  await expect(session.there.ask(cancelPath(runId), {})).rejects.toMatchObject({ status: 409 });
});
