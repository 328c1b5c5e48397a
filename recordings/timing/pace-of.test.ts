import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { array, assert, nat, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { foldParts, type RecordedPart, recordedPartSchema } from '../format/stream-part.ts';
import { inEvenPieces } from '../recorder/even-pieces.ts';
import { countPieces, paceOf } from './pace-of.ts';

const noFailure = (): never => {
  throw new TypeError('nothing fails here');
};

/** As a recording has the parts, cut as they came. */
const recorded = (parts: readonly LanguageModelV4StreamPart[]): readonly RecordedPart[] =>
  z.array(recordedPartSchema).parse(JSON.parse(JSON.stringify(foldParts(parts, noFailure))));

/** The same, its texts cut anew. */
const recordedEvenly = (parts: readonly LanguageModelV4StreamPart[]): readonly RecordedPart[] =>
  z.array(recordedPartSchema).parse(
    z
      .array(z.json())
      .parse(JSON.parse(JSON.stringify(foldParts(parts, noFailure))))
      .flatMap(inEvenPieces),
  );

const text = (deltas: readonly string[], id = '1'): readonly LanguageModelV4StreamPart[] => [
  { type: 'text-start', id },
  ...deltas.map((delta) => ({ type: 'text-delta' as const, id, delta })),
  { type: 'text-end', id },
];

test('what is recorded as it came has come when each part came; a sign of life is no part', () => {
  const parts: readonly LanguageModelV4StreamPart[] = [
    { type: 'stream-start', warnings: [] },
    { type: 'ping' },
    ...text(['Take ', '', 'a hat.']),
  ];
  const arrivals = [10, 15, 20, 30, 40, 50, 60];
  expect(paceOf({ parts, arrivals }, recorded(parts))).toEqual([10, 20, 30, 40, 50, 60]);
});

test('a piece that was cut anew has come when the last of it had come', () => {
  const parts = text(['Take a hat, and an umb', 'rella, and a coat, ', 'and good shoes.']);
  const kept = recordedEvenly(parts);
  expect(kept.flatMap((part) => ('deltas' in part ? part.deltas : []))).toEqual([
    'Take a hat, and an ',
    'umbrella, and a coat, ',
    'and good shoes.',
  ]);
  expect(paceOf({ parts, arrivals: [1, 100, 200, 300, 301] }, kept)).toEqual([
    1, 100, 200, 300, 301,
  ]);
});

test('of a text that something was taken out of the pieces come by their share of it', () => {
  const parts = text(['Write to ', 'a.very.long.address@', 'example.com, please.']);
  const kept: readonly RecordedPart[] = [
    { type: 'text-start', id: '1' },
    { type: 'text-delta', id: '1', deltas: ['Write to [e-mail 1], ', 'please.'] },
    { type: 'text-end', id: '1' },
  ];
  expect(paceOf({ parts, arrivals: [0, 10, 20, 30, 31] }, kept)).toEqual([0, 30, 30, 31]);
});

test('where the recording holds other parts than came, nothing is guessed', () => {
  const parts = text(['Hello.']);
  expect(paceOf({ parts, arrivals: [1, 2, 3] }, recorded(parts).slice(1))).toBeUndefined();
});

test('however a text came, its recorded pieces came in order, none before the first of it and the last with the last (seed 5)', () => {
  const deltas = array(string({ unit: 'binary', maxLength: 40 }), { minLength: 1, maxLength: 12 });
  const gaps = array(nat(50), { minLength: 40, maxLength: 40 });
  assert(
    property(deltas, deltas, gaps, (first, second, waits) => {
      const parts = [...text(first), ...text(second, '2')];
      let at = 0;
      const arrivals = parts.map((_, index) => (at += waits[index] ?? 0));
      const kept = recordedEvenly(parts);
      const pace = paceOf({ parts, arrivals }, kept) ?? [];
      expect(pace).toHaveLength(countPieces(kept));
      expect(pace).toEqual(pace.toSorted((left, right) => left - right));
      expect([pace[0], pace.at(-1)]).toEqual([arrivals[0], arrivals.at(-1)]);
      expect(pace.filter((each) => !arrivals.includes(each))).toEqual([]);
    }),
    { seed: 5, numRuns: 40 },
  );
});
