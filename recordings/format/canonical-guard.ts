import { z } from 'zod';
import { isSortedJson, sortedJsonSchema } from './json.ts';

// A schema copies what it has looked at, piece by piece, and most of what is read is as it was written: nothing but the keys of
// the format, in its order. A guard looks, and copies nothing.
//
//   G1. A guard is made of its schema, and what it knows no guard for is asked of the schema.
//   G2. Where it says yes, the schema accepts the value and makes the same of it, key by key and in their order.
//   G3. Where it says no, nothing is said: the schema decides, and says what is wrong.

type Guard = (value: unknown) => boolean;

/** Each is made once. */
const guards = new WeakMap<z.ZodType, Guard>();

/** Whether a value is to the letter what the schema makes of it. */
export function isCanonical<Output>(schema: z.ZodType<Output>, value: unknown): value is Output {
  const guard = guards.get(schema) ?? guardOf(schema);
  guards.set(schema, guard);
  return guard(value);
}

function guardOf(schema: z.core.$ZodType): Guard {
  if (schema === sortedJsonSchema) return isSortedJson;
  if (schema instanceof z.core.$ZodArray) return arrayGuard(schema);
  if (!isPlain(schema)) return asked(schema);
  if (schema instanceof z.core.$ZodObject) return objectGuard(schema);
  if (schema instanceof z.core.$ZodDiscriminatedUnion) return discriminatedGuard(schema);
  if (schema instanceof z.core.$ZodUnion) {
    const options = internalsOf(schema).def.options.map(guardOf);
    return (value) => options.some((guard) => guard(value));
  }
  if (schema instanceof z.core.$ZodRecord) return recordGuard(schema);
  if (schema instanceof z.core.$ZodTuple) return tupleGuard(schema);
  if (schema instanceof z.core.$ZodLiteral || schema instanceof z.core.$ZodEnum) {
    const values = new Set<unknown>(internalsOf(schema).values);
    return (value) => values.has(value);
  }
  if (schema instanceof z.core.$ZodString) return (value) => typeof value === 'string';
  if (schema instanceof z.core.$ZodNumber) return Number.isFinite;
  return asked(schema);
}

/** What a schema copies is no yes. */
function asked(schema: z.core.$ZodType): Guard {
  return (value) => {
    const parsed = z.safeParse(schema, value);
    return parsed.success && parsed.data === value;
  };
}

/** Without checks, and not of a certain format, which is a check as well. */
function isPlain(schema: z.core.$ZodType): boolean {
  const { checks = [] } = internalsOf(schema).def;
  return checks.length === 0 && !(schema instanceof z.core.$ZodCheck);
}

const never: Guard = () => false;

function objectGuard(schema: z.core.$ZodObject): Guard {
  const { shape, catchall } = internalsOf(schema).def;
  if (!(catchall instanceof z.core.$ZodNever)) return never;
  const properties = Object.entries(shape).map(([key, property]) => {
    const isOptional = property instanceof z.core.$ZodExactOptional;
    return {
      key,
      isOptional,
      guard: guardOf(isOptional ? internalsOf(property).def.innerType : property),
    };
  });
  return (value) => {
    if (!isObject(value)) return false;
    const keys = Object.keys(value);
    let at = 0;
    for (const { key, isOptional, guard } of properties) {
      if (keys[at] === key) {
        if (!guard(value[key])) return false;
        at += 1;
      } else if (!isOptional) return false;
    }
    return at === keys.length;
  };
}

function arrayGuard(schema: z.core.$ZodArray): Guard {
  const { checks = [], element } = internalsOf(schema).def;
  const least = checks.map((check) =>
    check instanceof z.core.$ZodCheckMinLength
      ? internalsOf(check).def.minimum
      : Number.POSITIVE_INFINITY,
  );
  const length = Math.max(0, ...least);
  const guard = guardOf(element);
  return (value) => Array.isArray(value) && value.length >= length && value.every(guard);
}

function discriminatedGuard(schema: z.core.$ZodDiscriminatedUnion): Guard {
  const { discriminator, options } = internalsOf(schema).def;
  const byValue = new Map<unknown, Guard>();
  for (const option of options) {
    const guard = guardOf(option);
    for (const value of internalsOf(option).propValues?.[discriminator] ?? [])
      byValue.set(value, guard);
  }
  return (value) => isObject(value) && byValue.get(value[discriminator])?.(value) === true;
}

function recordGuard(schema: z.core.$ZodRecord): Guard {
  const { keyType, valueType } = internalsOf(schema).def;
  if (!(keyType instanceof z.core.$ZodString && isPlain(keyType))) return never;
  const guard = guardOf(valueType);
  return (value) =>
    isObject(value) && Object.keys(value).every((key) => key !== '__proto__' && guard(value[key]));
}

function tupleGuard(schema: z.core.$ZodTuple): Guard {
  const { items, rest } = internalsOf(schema).def;
  if (rest !== null) return never;
  const each = items.map(guardOf);
  return (value) =>
    Array.isArray(value) &&
    value.length === each.length &&
    each.every((guard, index) => guard(value[index]));
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function internalsOf<Part extends z.core.$ZodType | z.core.$ZodCheck>(part: Part): Part['_zod'] {
  // oxlint-disable-next-line no-underscore-dangle -- It is where zod shows its schemas to whoever reads them.
  return part._zod;
}
