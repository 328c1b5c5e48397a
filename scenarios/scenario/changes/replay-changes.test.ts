import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type DatabaseChanges, isSession, readAnyRecording } from '#recordings';
import { recordingPath } from '../recording-path.ts';
import { replayChanges } from './replay-changes.ts';

const folder = await mkdtemp(join(tmpdir(), 'changes-'));
afterAll(() => rm(folder, { recursive: true }));

/** `place: table key, …` of every step that changed something. */
function told(changes: DatabaseChanges): readonly string[] {
  if (changes.kind === 'unknown') return [changes.reason];
  return [...changes.steps].flatMap(([place, { rows }]) =>
    rows.length === 0
      ? []
      : [`${place}: ${rows.map(({ table, key }) => `${table} ${key}`).join(', ')}`],
  );
}

test('run again in a world of its own, each step of a session says which rows it changed, and the same each time', async () => {
  const changes = await replayChanges('R-01');
  expect(told(changes)).toMatchInlineSnapshot(`
    [
      "1/triage#1: records of classifications R-01/R-01/1/classifyItem#1",
      "1/billing#3: refunds re_1",
      "1/billing#5: records of drafts R-01/1",
      "1/billing#6: mails mail_1",
    ]
  `);
  expect(changes.kind === 'known' && changes.steps.size).toBe(6);
  expect(changes.kind === 'known' && changes.steps.get('1/billing#3')).toMatchInlineSnapshot(`
    {
      "isShared": false,
      "rows": [
        {
          "after": {
            "amountMinor": 4900,
            "chargeId": "ch_A2",
            "currency": "USD",
            "id": "re_1",
            "paidAt": "2026-06-15T10:00:00Z",
            "reason": "Charged twice on inv_A6; ch_A1 stays.",
            "reference": "R-01/R-01/1/issueRefund#1",
          },
          "key": "re_1",
          "table": "refunds",
        },
      ],
    }
  `);
  expect(await replayChanges('R-01')).toEqual(changes);
});

test('what a transactional tool keeps, and what a person’s clearing takes away, are rows as well', async () => {
  expect(told(await replayChanges('T-02'))).toMatchInlineSnapshot(`
    [
      "1/triage#1: records of classifications T-02/T-02/1/classifyItem#1",
      "1/triage#4: records of tickets T-02/T-02/1/createTicket#1",
      "1/triage#6: records of drafts T-02/1",
      "1/triage#7: mails mail_1",
    ]
  `);
  expect(told(await replayChanges('M-06'))).toMatchInlineSnapshot(`
    [
      "1/billing#3: refunds re_1",
      "1/billing#5: records of drafts M-06/1",
      "1/billing#6: mails mail_1",
      "clear#0: records of drafts M-06/1",
    ]
  `);
});

test.for([
  [
    'another scenario',
    (text: string) => text.replace('"name":"R-01"', '"name":"mine"'),
    'there is no scenario mine',
  ],
  [
    'what tools come to otherwise today',
    (text: string) => text.replace('"refundId":"re_1"', '"refundId":"re_9"'),
    'leaves its recording at 1/billing#3',
  ],
  ['a recording that stops early', (text: string) => text.slice(0, -2), 'stops before its end'],
] as const)('of %s nobody can say it', async ([name, bend, words]) => {
  const text = await readFile(recordingPath('R-01'), 'utf8');
  expect(bend(text)).not.toBe(text);
  const file = join(folder, `${name}.jsonl`);
  await writeFile(file, bend(text));
  expect(told(await replayChanges(file))).toEqual([expect.stringContaining(words)]);
});

test('of calls without a session nobody can say it', async () => {
  const file = new URL('../../../recordings/format/conformance/valid/call.jsonl', import.meta.url);
  expect(isSession(await readAnyRecording(file.pathname))).toBe(false);
  expect(told(await replayChanges(file.pathname))).toEqual([
    'Not known: it holds calls, and not the world in which they were made.',
  ]);
});
