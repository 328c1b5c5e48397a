import { z } from 'zod';
import { type Json, jsonSchema } from '#harness';
import type { Attributes } from './span.ts';

const pairsSchema = z.array(z.looseObject({ key: z.string(), value: z.unknown() }));
const valueSchema = z.record(z.string(), z.unknown());

/** Attributes as a list of pairs (OTLP, Jaeger) or as an object (consoles and memory). */
export function readAttributes(value: unknown): Attributes {
  const pairs = pairsSchema.safeParse(value);
  if (pairs.success) {
    return Object.fromEntries(pairs.data.map(({ key, value: each }) => [key, anyValue(each)]));
  }
  const record = valueSchema.safeParse(value);
  if (!record.success) return {};
  return Object.fromEntries(
    Object.entries(record.data).map(([key, each]) => [
      key,
      jsonSchema.safeParse(each).data ?? null,
    ]),
  );
}

const listSchema = z.looseObject({ values: z.array(z.unknown()).default([]) });

/** A value as OTLP wraps it, spelled as JSON spells it or as protobuf does; any other stands for itself. */
export function anyValue(value: unknown): Json {
  const [only, ...others] = Object.entries(valueSchema.safeParse(value).data ?? {});
  const [kind, held] = only ?? ['', undefined];
  const list = listSchema.safeParse(held);
  switch (others.length === 0 ? kind.replace('_', '').toLowerCase() : '') {
    case 'intvalue':
      // A text in JSON, because numbers there do not hold all of them: nor do they here.
      return Number.isSafeInteger(Number(held)) ? Number(held) : String(held);
    case 'doublevalue':
      return Number.isFinite(Number(held)) ? Number(held) : String(held);
    case 'stringvalue':
    case 'boolvalue':
    case 'bytesvalue':
      return jsonSchema.safeParse(held).data ?? null;
    case 'arrayvalue':
      return list.success ? list.data.values.map(anyValue) : null;
    case 'kvlistvalue':
      return list.success ? { ...readAttributes(list.data.values) } : null;
    default:
      return jsonSchema.safeParse(value).data ?? null;
  }
}
