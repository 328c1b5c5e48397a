import { isDeepStrictEqual } from 'node:util';

/** Where two JSON values part, and what is found there; undefined stands for nothing. */
export interface Difference {
  /** `refunds[1].amountMinor`; empty when the values differ as a whole. */
  readonly path: string;
  readonly expected: unknown;
  readonly found: unknown;
}

/** The first place at which `found` is not what is expected, depth first. Undefined when they are equal. */
export function firstDifference(
  expected: unknown,
  found: unknown,
  path = '',
): Difference | undefined {
  if (isDeepStrictEqual(expected, found)) return undefined;
  const left = childrenOf(expected);
  const right = childrenOf(found);
  if (
    left === undefined ||
    right === undefined ||
    Array.isArray(expected) !== Array.isArray(found)
  ) {
    return { path, expected, found };
  }
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    const step = Array.isArray(expected) ? `[${key}]` : path === '' ? key : `.${key}`;
    const difference = firstDifference(left.get(key), right.get(key), path + step);
    if (difference !== undefined) return difference;
  }
  return { path, expected, found };
}

/** One line: `refunds[1]: expected nothing, found {…}`. */
export function formatDifference({ path, expected, found }: Difference): string {
  return `${path === '' ? 'the whole' : path}: expected ${show(expected)}, found ${show(found)}`;
}

/** A value on one line, cut where it grows long. */
export function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}

const longest = 160;

function childrenOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : undefined;
}
