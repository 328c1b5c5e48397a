import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, constantFrom, nat, property, tuple } from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { callExchangeSchemas } from './call-recording.ts';
import { isCanonical } from './canonical-guard.ts';
import { headerSchema } from './header.ts';
import { definitionSchema, endSchema, eventsSchema, exchangeSchema } from './recording.ts';

interface Case {
  readonly name: string;
  readonly schema: z.ZodType;
  readonly value: unknown;
}

const conformance = linesBelow(join(import.meta.dirname, 'conformance', 'valid'));
const library = linesBelow(join(import.meta.dirname, '..', 'library'));

function linesBelow(folder: string): readonly Case[] {
  return globSync('*.jsonl', { cwd: folder }).flatMap((file) => {
    const values = readFileSync(join(folder, file), 'utf8').trimEnd().split('\n').map(parse);
    const { fidelity } = headerSchema.parse(values[0]);
    return values.map((value, index) => ({
      name: `${file}:${index + 1}`,
      schema: schemaOf(value, fidelity),
      value,
    }));
  });
}

function parse(line: string): unknown {
  return JSON.parse(line);
}

function schemaOf(value: unknown, fidelity: z.infer<typeof headerSchema>['fidelity']): z.ZodType {
  switch (z.looseObject({ t: z.string() }).parse(value).t) {
    case 'recording':
      return headerSchema;
    case 'prompt':
    case 'tool-definition':
      return definitionSchema;
    case 'events':
      return eventsSchema;
    case 'end':
      return endSchema;
    default:
      return fidelity === 'session' ? exchangeSchema : callExchangeSchemas[fidelity];
  }
}

test('every line that is committed, its header apart, is read without a copy of it', () => {
  const copied = [...conformance, ...library].filter(
    ({ schema, value }) => schema !== headerSchema && !isCanonical(schema, value),
  );
  expect(copied.map(({ name }) => name)).toEqual([]);
  expect(library.length).toBeGreaterThan(1000);
});

/** Everything that a value holds, itself included, and how to put something else there. */
function placesIn(value: unknown, put: (other: unknown) => unknown): readonly Place[] {
  const inside = Array.isArray(value)
    ? value.flatMap((each, index) => placesIn(each, (other) => put(value.with(index, other))))
    : isObject(value)
      ? Object.keys(value).flatMap((key) =>
          placesIn(value[key], (other) => put({ ...value, [key]: other })),
        )
      : [];
  return [{ value, put }, ...inside];
}

interface Place {
  readonly value: unknown;
  readonly put: (other: unknown) => unknown;
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const changes: readonly ((value: unknown) => unknown)[] = [
  ...[null, true, 0, -1, 1.5, '', 'x', 'model', [], {}, { b: 1, a: 2 }, ['x', 1]].map(
    (other) => () => other,
  ),
  // One key fewer, one more, and the same in another order.
  (value) => (isObject(value) ? Object.fromEntries(Object.entries(value).slice(1)) : value),
  (value) => (isObject(value) ? Object.fromEntries(Object.entries(value).slice(0, -1)) : value),
  (value) => (isObject(value) ? { ...value, extra: 1 } : value),
  (value) =>
    isObject(value)
      ? JSON.parse(JSON.stringify({ first: 1, ...value }).replace('first', '__proto__'))
      : value,
  (value) => (isObject(value) ? Object.fromEntries(Object.entries(value).toReversed()) : value),
  (value) => (Array.isArray(value) ? [...value, ...value] : value),
];

test('whatever is changed in a line, what a guard lets pass is what the schema makes of it (seed 20261126)', () => {
  const seen = { passed: 0, left: 0 };
  assert(
    property(
      tuple(constantFrom(...conformance), nat(), constantFrom(...changes)),
      ([{ schema, value }, at, change]) => {
        const places = placesIn(value, (other) => other);
        const place = places[at % places.length];
        const changed = place?.put(change(place.value));
        if (!isCanonical(schema, changed)) {
          seen.left += 1;
          return;
        }
        seen.passed += 1;
        expect(JSON.stringify(schema.parse(changed))).toBe(JSON.stringify(changed));
      },
    ),
    { seed: 20_261_126, numRuns: 5000 },
  );
  expect(seen.passed).toBeGreaterThan(500);
  expect(seen.left).toBeGreaterThan(500);
});
