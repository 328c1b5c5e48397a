import { z } from 'zod';
import type { Json } from '#harness';
import { UnrecordableError } from './unrecordable-error.ts';

/** JSON from a file, keys sorted. What is so already is taken as it is: most of a long file is, and copies cost. */
export const sortedJsonSchema = z.unknown().transform((value, context): Json => {
  if (isSortedJson(value)) return value;
  try {
    return asJson(value);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    context.issues.push({ code: 'custom', message, input: value });
    return z.NEVER;
  }
});

/** Two JSON values of which one was recorded and one asked for, and where they first part. */
export interface Difference {
  /** What the pointer starts from, such as `messages` or `input`. */
  readonly subject: string;
  /** RFC 6901 JSON pointer; empty when the subject as a whole differs. */
  readonly pointer: string;
  /** Missing when the recording holds nothing there. */
  readonly recorded?: Json;
  /** Missing when the run asks for nothing there. */
  readonly asked?: Json;
}

/** Says by something else what an object that is not plain stands for; undefined for what it does not know. */
type Spelling = (value: object) => unknown;

/**
 * A value as JSON: properties that are undefined are left out, keys are sorted, so equal values have equal texts.
 * @throws UnrecordableError for what JSON cannot say (a date, bytes, a function) and `spell` does not, naming where it stands.
 */
export function asJson(value: unknown, pointer = '', spell?: Spelling): Json {
  return jsonAt(value, { within: undefined, token: pointer }, spell);
}

/** Where a value stands. A pointer is made of it only where something is wrong: whole contexts are looked at in every turn. */
interface Spot {
  /** Undefined for the root, whose token is a pointer. */
  readonly within: Spot | undefined;
  readonly token: string | number;
}

function jsonAt(value: unknown, at: Spot, spell: Spelling | undefined): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (Array.isArray(value)) {
    return value.map((each: unknown, token) =>
      // JSON says so of nothing in a list.
      jsonAt(each === undefined && spell !== undefined ? null : each, { within: at, token }, spell),
    );
  }
  if (typeof value === 'object' && isPlain(value)) {
    return Object.fromEntries(entriesOf(value, at, spell));
  }
  const spelled = typeof value === 'object' ? spell?.(value) : undefined;
  if (spelled !== undefined) return jsonAt(spelled, at, spell);
  throw new UnrecordableError(pointerTo(at) || 'the root', kindOf(value));
}

function pointerTo({ within, token }: Spot): string {
  return within === undefined ? String(token) : `${pointerTo(within)}/${escape(String(token))}`;
}

/** Whether a value is JSON whose keys are sorted. */
export function isSortedJson(value: unknown): value is Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isSortedJson);
  if (typeof value !== 'object' || !isPlain(value)) return false;
  let last = '';
  // Entries would be two arrays a key: this is asked of all that a file holds.
  return Object.keys(value).every((key) => {
    const isBehind = last <= key;
    last = key;
    return isBehind && isSortedJson(Reflect.get(value, key));
  });
}

function kindOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? value.constructor.name : String(value);
}

function entriesOf(value: object, at: Spot, spell: Spelling | undefined): [string, Json][] {
  // One array for all: whole files are written this way.
  const entries: [string, Json][] = [];
  for (const token of Object.keys(value).toSorted()) {
    const each: unknown = Reflect.get(value, token);
    if (each !== undefined) entries.push([token, jsonAt(each, { within: at, token }, spell)]);
  }
  return entries;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** The first place, in order of keys, at which two values differ; undefined when they are equal. */
export function firstDifference(
  subject: string,
  recorded: Json | undefined,
  asked: Json | undefined,
): Difference | undefined {
  const found = isSameJson(recorded, asked) ? undefined : differenceAt('', recorded, asked);
  return found === undefined ? undefined : { subject, ...found };
}

/** Whether two values say the same, in whichever order their keys stand. */
export function isSameJson(left: Json | undefined, right: Json | undefined): boolean {
  if (left === right) return true;
  if (!isComposite(left) || !isComposite(right)) return false;
  if (Array.isArray(left) || Array.isArray(right)) {
    return (
      Array.isArray(left) &&
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((each, index) => isSameJson(each, right[index]))
    );
  }
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && isSameJson(left[key], right[key]))
  );
}

function differenceAt(
  pointer: string,
  recorded: Json | undefined,
  asked: Json | undefined,
): Omit<Difference, 'subject'> | undefined {
  if (recorded === asked) return undefined;
  if (
    !isComposite(recorded) ||
    !isComposite(asked) ||
    Array.isArray(recorded) !== Array.isArray(asked)
  ) {
    return {
      pointer,
      ...(recorded === undefined ? {} : { recorded }),
      ...(asked === undefined ? {} : { asked }),
    };
  }
  const left = new Map(Object.entries(recorded));
  const right = new Map(Object.entries(asked));
  const keys = Array.isArray(recorded)
    ? [...left.keys(), ...right.keys()]
    : [...left.keys(), ...right.keys()].toSorted();
  for (const key of new Set(keys)) {
    const found = differenceAt(`${pointer}/${escape(key)}`, left.get(key), right.get(key));
    if (found !== undefined) return found;
  }
  return undefined;
}

function isComposite(value: Json | undefined): value is Json[] | { [key: string]: Json } {
  return typeof value === 'object' && value !== null;
}

/** One reference token of a JSON pointer. */
function escape(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
