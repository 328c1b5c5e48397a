import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { durableBacking, type Fact, openHarnessDatabase } from '#harness';
import { importFiles } from '#recordings/importers';
import { quietIo } from '../cli/quiet-io.ts';
import { view } from './view.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'groundhog-view-'));
  return () => rmSync(directory, { recursive: true, force: true });
});

/** What a page shows, read as the browser reads it. */
function dataOf(file: string): unknown {
  const [, data = ''] =
    /<script type="application\/json" id="view">(.*?)<\/script>/s.exec(
      readFileSync(file, 'utf8'),
    ) ?? [];
  return JSON.parse(data);
}

test('a page is made of a recording, by the id of its scenario, with the effect class of each tool, and what each step changed in the database', async () => {
  const out = join(directory, 'deep', 'page.html');
  const { exitCode, json, text } = await view.start({ recording: 'R-01', out }, quietIo);
  expect([exitCode, text]).toEqual([0, `R-01: 14 steps\n${out}`]);
  expect(json).toEqual({
    file: out,
    bytes: readFileSync(out).length,
    sides: [{ name: 'R-01', made: 'scripted', steps: 14 }],
    open: false,
  });
  expect(JSON.stringify(dataOf(out))).toContain(
    '["tool","issueRefund"],["outcome","completed"]],"counts":[["effect class","keyed"]]',
  );
  const [side] = sidesSchema.parse(dataOf(out)).sides;
  const changes = side?.steps.flatMap(({ id, panels }) =>
    panels.flatMap(({ name, blocks }) =>
      name === 'database' ? [[id, ...blocks.map(({ label = 'nothing' }) => label)]] : [],
    ),
  );
  expect(changes).toMatchInlineSnapshot(`
    [
      [
        "1/triage#1",
        "records of classifications R-01/R-01/1/classifyItem#1",
      ],
      [
        "1/triage#2",
        "nothing",
      ],
      [
        "1/billing#1",
        "nothing",
      ],
      [
        "1/billing#3",
        "refunds re_1",
      ],
      [
        "1/billing#5",
        "records of drafts R-01/1",
      ],
      [
        "1/billing#6",
        "mails mail_1",
      ],
    ]
  `);
  expect(side?.databaseUnknown).toBeUndefined();
});

test('of what no world is there for, a page says that nobody knows what it changed', async () => {
  const out = join(directory, 'page.html');
  const calls = new URL('../../recordings/format/conformance/valid/call.jsonl', import.meta.url);
  await view.start({ recording: calls.pathname, out }, quietIo);
  expect(sidesSchema.parse(dataOf(out)).sides[0]?.databaseUnknown).toBe(
    'Not known: it holds calls, and not the world in which they were made.',
  );
});

const sidesSchema = z.object({
  sides: z.array(
    z.object({
      clock: z.string().optional(),
      databaseUnknown: z.string().optional(),
      steps: z.array(
        z.object({
          id: z.string(),
          panels: z.array(
            z.object({
              name: z.string(),
              blocks: z.array(z.object({ label: z.string().optional() })),
            }),
          ),
          timing: z.object({ from: z.number(), to: z.number() }).optional(),
        }),
      ),
    }),
  ),
});

test('two recordings share a page, which says how many steps came out differently', async () => {
  const out = join(directory, 'page.html');
  const { json, text } = await view.start({ recording: 'R-01', with: 'R-01b', out }, quietIo);
  expect(text).toBe(`R-01: 14 steps, R-01b: 14 steps, 3 of them with another result\n${out}`);
  expect(json).toMatchObject({ differences: 3, sides: [{ name: 'R-01' }, { name: 'R-01b' }] });
  const call = new URL('../../recordings/format/conformance/valid/call.jsonl', import.meta.url)
    .pathname;
  const copy = join(directory, 'copy.jsonl');
  copyFileSync(call, copy);
  const twice = await view.start({ recording: call, with: copy, out }, quietIo);
  expect(twice.json).toMatchObject({ differences: 0, sides: [{ name: call }, { name: copy }] });
});

test('a recording that was imported says so, and what it does not hold', async () => {
  const cassette = new URL('../../recordings/importers/fixtures/vcrpy.yaml', import.meta.url)
    .pathname;
  const { recordings } = await importFiles({
    format: 'vcr',
    files: [cassette],
    out: directory,
    signal: quietIo.signal,
  });
  const [imported] = recordings;
  const out = join(directory, 'page.html');
  await view.start({ recording: imported?.recording, out }, quietIo);
  expect(dataOf(out)).toMatchObject({
    sides: [
      {
        made: { kind: 'imported', label: 'imported: vcr' },
        notices: [{ level: 'warning', text: expect.stringMatching(/^Not in it: /) }],
      },
    ],
  });
});

/** A session as a harness stores it: a turn that was begun twice, a tool that took its time, a person who decided. */
async function storeSession(dataDir: string): Promise<void> {
  await using database = await openHarnessDatabase({ kind: 'pglite', dataDir });
  const identity = { application: 'view', version: '1', executorId: 'view' };
  const { store } = await durableBacking({ database, identity });
  const principal = { id: 'cus_1', role: 'customer', tenant: 'larkspur' };
  const call = { callId: 'c1', tool: 'issueRefund', input: { chargeId: 'ch_A2' } };
  const usage = { inputTokens: 12, outputTokens: 5 };
  const append = (step: string, facts: readonly Fact[]): Promise<unknown> =>
    store.appendEvents(
      's1',
      facts.map((fact, ordinal) => ({ runId: 'm1', step, ordinal, fact })),
    );
  await store.claim('s1', principal);
  await append('receive-message', [
    { type: 'message-received', text: 'Twice!', principal, receivedAt: 1 },
    { type: 'run-started', agent: 'billing', traceId: 'a'.repeat(32) },
  ]);
  const turn = { sessionId: 's1', runId: 'm1', step: 'model#1' };
  await store.appendDelta({
    ...turn,
    attempt: await store.beginAttempt(turn),
    ordinal: 0,
    text: 'I w',
  });
  await store.appendDelta({
    ...turn,
    attempt: await store.beginAttempt(turn),
    ordinal: 0,
    text: 'I see.',
  });
  const answer = { text: 'I see.', finishReason: 'tool-calls', usage, messages: [] };
  await append('model#1', [
    { type: 'model-turn-completed', agent: 'billing', prompt: 'p', ...answer },
    { type: 'tool-requested', agent: 'billing', ...call },
  ]);
  await append('issueRefund#1', [
    { type: 'tool-completed', callId: 'c1', tool: 'issueRefund', output: { refundId: 're_1' } },
  ]);
  await append('end', [{ type: 'run-completed', agent: 'billing', text: 'Done.' }]);
}

const viewSchema = z.object({
  lanes: z.array(z.object({ label: z.string() })),
  sides: z.array(
    z.object({
      made: z.object({ says: z.string() }),
      steps: z.array(
        z.object({
          id: z.string(),
          lane: z.number(),
          kind: z.string(),
          title: z.string(),
          isSuperseded: z.boolean().optional(),
          timing: z.object({ from: z.number(), to: z.number() }),
        }),
      ),
    }),
  ),
});

// A database on disk is slow to make on a busy machine.
test('a session is shown from its log: with times and what was superseded, and without what the log does not hold', {
  timeout: 120_000,
}, async () => {
  const dataDir = join(directory, 'data');
  await storeSession(dataDir);
  const out = join(directory, 'page.html');
  const { text } = await view.start({ session: 's1', dataDir, out }, quietIo);
  expect(text).toBe(`s1: 6 steps\n${out}`);
  const { lanes, sides } = viewSchema.parse(dataOf(out));
  const steps = sides[0]?.steps ?? [];
  expect(steps.map(({ id, lane, kind, title }) => [id, lanes[lane]?.label, kind, title])).toEqual([
    ['1/receive-message:0', 'run 1', 'person', 'cus_1 writes'],
    ['1/receive-message:1', 'run 1', 'event', 'run started'],
    ['1/model#1:0:superseded', 'billing', 'crash', 'attempt superseded'],
    ['1/model#1:0', 'billing', 'model', 'model calls issueRefund'],
    ['1/issueRefund#1:0', 'billing', 'tool', 'issueRefund'],
    ['1/end:0', 'billing', 'event', 'run completed'],
  ]);
  // A tool took the time from its request, stored with the turn that made it, to its outcome.
  expect(steps[4]?.timing.from).toBe(steps[3]?.timing.to);
  expect(steps.filter(({ isSuperseded }) => isSuperseded)).toHaveLength(1);
  expect(sides[0]?.made.says).toContain('It does not say which model answered');
  expect(JSON.stringify(dataOf(out))).not.toContain('"context"');
  await expect(view.start({ session: 's2', dataDir, out }, quietIo)).rejects.toThrow(
    'no event of a session s2',
  );
});

test('a page goes into a directory that is there, over an older page, and over nothing else', async () => {
  const recording = new URL('../../recordings/format/conformance/valid/call.jsonl', import.meta.url)
    .pathname;
  const [file, copy] = [join(directory, 'call.html'), join(directory, 'copy.jsonl')];
  for (const out of [directory, file, directory]) {
    expect((await view.start({ recording, out }, quietIo)).json).toMatchObject({ file });
  }
  copyFileSync(recording, copy);
  await expect(view.start({ recording, out: copy }, quietIo)).rejects.toMatchObject({
    code: 'PAGE_UNWRITABLE',
    message: expect.stringContaining('it holds something else'),
  });
  expect(readFileSync(copy)).toEqual(readFileSync(recording));
  const below = join(copy, 'page.html');
  await expect(view.start({ recording, out: below }, quietIo)).rejects.toMatchObject({
    code: 'PAGE_UNWRITABLE',
  });
});

test('a recording that is torn, and one that was forked, say so', async () => {
  const valid = new URL('../../recordings/format/conformance/valid/', import.meta.url);
  const torn = join(directory, 'torn.jsonl');
  const whole = readFileSync(new URL('session.jsonl', valid), 'utf8').trimEnd().split('\n');
  writeFileSync(torn, `${whole.slice(0, -1).join('\n')}\n{"t":"en`);
  const noticesOf = async (recording: string): Promise<string> => {
    const out = join(directory, 'page.html');
    await view.start({ recording, out }, quietIo);
    return JSON.stringify(dataOf(out));
  };
  expect(await noticesOf(torn)).toContain(`Torn at line ${whole.length}: the file stops before`);
  expect(await noticesOf(new URL('forked.jsonl', valid).pathname)).toContain(
    'Forked from forked (scripted) at 1/desk#0: ',
  );
});

test.each([
  [{}, 'a recording, or --session'],
  [{ recording: 'R-01', session: 's1' }, 'a recording, or --session'],
  [{ session: 's1', with: 'R-01', dataDir: '.' }, '--with is for recordings'],
  [{ session: 's1' }, '--database-url'],
])('%j is wrong usage', async (raw, words) => {
  await expect(view.start(raw, quietIo)).rejects.toThrow(words);
});

test.each([
  [{ recording: 'R-99' }, 'SCENARIO_UNKNOWN'],
  [{ recording: 'nowhere.jsonl' }, 'RECORDING_MISSING'],
  [{ recording: 'no/such/scenario' }, 'MODULE_UNUSABLE'],
  [{ recording: 'R-01', with: 'nowhere.jsonl' }, 'RECORDING_MISSING'],
])('%j is refused', async (raw, code) => {
  await expect(
    view.start({ ...raw, out: join(directory, 'page.html') }, quietIo),
  ).rejects.toMatchObject({ code });
});
