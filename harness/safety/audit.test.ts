import { assert, constantFrom, integer, property } from 'fast-check';
import { expect, test } from 'vitest';
import { fingerprint } from '../host/fingerprint.ts';
import { type AuditEntry, type AuditRow, auditRoot, nextAuditRow, verifyAudit } from './audit.ts';

const entry = (key: string): AuditEntry => ({
  tenant: 'maple',
  key,
  actor: 'cus_amara',
  action: 'tool-called',
  subject: 'issueRefund',
  isAllowed: true,
  reason: 'within the limit',
  detail: { amountMinor: 4900 },
});

function chain(length: number): readonly AuditRow[] {
  const rows: AuditRow[] = [];
  for (let index = 0; index < length; index += 1) {
    rows.push(nextAuditRow(entry(`call-${index}`), rows.at(-1) ?? auditRoot, index));
  }
  return rows;
}

const rows = chain(5);
const head = { seq: 5, hash: rows[4]?.hash ?? '' };

test('an untouched chain holds, an empty one too, and names its head', () => {
  expect(verifyAudit(rows)).toEqual({ ok: true, rows: 5, head });
  expect(verifyAudit(rows, head)).toEqual({ ok: true, rows: 5, head });
  expect(verifyAudit([])).toEqual({ ok: true, rows: 0, head: auditRoot });
  expect(verifyAudit(chain(7), head)).toMatchObject({ ok: true, rows: 7 });
});

test.each([
  ['actor', 'cus_lena'],
  ['action', 'tool-read'],
  ['subject', 'sendReply'],
  ['reason', ''],
  ['key', 'call-9'],
  ['recordedAt', 9],
  ['isAllowed', false],
  ['detail', { amountMinor: 4901 }],
])('a row whose %s was edited is named', (field, value) => {
  const edited = rows.map((row) => (row.seq === 3 ? { ...row, [field]: value } : row));
  expect(verifyAudit(edited)).toMatchObject({
    ok: false,
    seq: 3,
    what: expect.stringContaining('edited'),
  });
});

test('an edited row whose hash was computed anew breaks the row behind it', () => {
  const edited = rows.map((row) => {
    if (row.seq !== 3) return row;
    const { hash: _, ...covered } = { ...row, reason: 'because' };
    return { ...covered, hash: fingerprint(covered) };
  });
  expect(verifyAudit(edited)).toMatchObject({ ok: false, seq: 4 });
});

test('a row that was removed is noticed, in the middle and in front', () => {
  expect(verifyAudit(rows.filter(({ seq }) => seq !== 3))).toMatchObject({ ok: false, seq: 4 });
  expect(verifyAudit(rows.slice(1))).toMatchObject({ ok: false, seq: 2 });
});

test('rows that were cut off at the end are noticed by whoever noted the head, and only by them', () => {
  expect(verifyAudit(rows.slice(0, 3))).toMatchObject({ ok: true, rows: 3 });
  expect(verifyAudit(rows.slice(0, 3), head)).toMatchObject({ ok: false, seq: 4 });
  expect(verifyAudit([], head)).toMatchObject({ ok: false, seq: 1 });
});

test('a chain that was written anew is noticed by whoever noted the head', () => {
  const anew = chain(5).slice(0, 4);
  anew.push(nextAuditRow({ ...entry('call-4'), reason: 'another' }, anew[3] ?? auditRoot, 4));
  expect(verifyAudit(anew)).toMatchObject({ ok: true });
  expect(verifyAudit(anew, head)).toMatchObject({ ok: false, seq: 5 });
});

test('a removed row is noticed when the rest was numbered anew', () => {
  const renumbered = rows
    .filter(({ seq }) => seq !== 3)
    .map((row, index) => ({ ...row, seq: index + 1 }));
  expect(verifyAudit(renumbered)).toMatchObject({ ok: false, seq: 3 });
});

test('a row that was slipped in or comes from elsewhere is noticed', () => {
  const slipped = nextAuditRow(entry('forged'), rows[1] ?? auditRoot, 2);
  expect(verifyAudit([...rows.slice(0, 2), slipped, ...rows.slice(2)])).toMatchObject({
    ok: false,
    seq: 3,
  });
  const foreign = nextAuditRow({ ...entry('x'), tenant: 'juniper' }, head, 6);
  expect(verifyAudit([...rows, foreign])).toMatchObject({ ok: false, seq: 6 });
});

test('a number that was left out is noticed, though the hashes fit', () => {
  const skipping = nextAuditRow(entry('late'), { seq: 7, hash: head.hash }, 6);
  expect(verifyAudit([...rows, skipping])).toMatchObject({ ok: false, seq: 8 });
});

test('no order but the right one holds (seed 21)', () => {
  const place = integer({ min: 0, max: 4 });
  assert(
    property(place, place, constantFrom('swap', 'repeat'), (from, to, how) => {
      const [left, right] = [rows[from], rows[to]];
      if (left === undefined || right === undefined || from === to) return;
      const moved = rows.map((row, index) =>
        index === from ? right : index === to && how === 'swap' ? left : row,
      );
      expect(verifyAudit(moved).ok).toBe(false);
    }),
    { seed: 21, numRuns: 200 },
  );
});
