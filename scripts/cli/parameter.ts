import { UsageError } from './usage-error.ts';

/** What the command line gave: a text, several for an argument that repeats, `true` for a bare switch, nothing. */
export type RawValue = string | boolean | undefined | readonly string[];

/** One argument or option: how the help shows it and how its value is read. */
export interface Parameter<Value> {
  readonly summary: string;
  readonly required: boolean;
  /** Stands for the value in the help; a parameter without one is a switch. */
  readonly placeholder: string | undefined;
  /** Shown in the help as what holds when nothing is given. */
  readonly fallback: string | undefined;
  /** An argument that may be given several times. */
  readonly repeats?: boolean;
  /** Throws UsageError naming the parameter when the text does not fit. */
  readonly read: (raw: RawValue, name: string) => Value;
}

/** A text that must be given. */
export function requiredText(summary: string): Parameter<string> {
  return {
    summary,
    required: true,
    placeholder: 'text',
    fallback: undefined,
    read: (raw, name) => {
      if (typeof raw !== 'string' || raw === '') throw new UsageError(`${name} is missing.`);
      return raw;
    },
  };
}

export function text(summary: string, placeholder: string): Parameter<string | undefined> {
  return {
    summary,
    required: false,
    placeholder,
    fallback: undefined,
    read: (raw) => (typeof raw === 'string' && raw !== '' ? raw : undefined),
  };
}

/** Any number of texts: an argument given several times, or once with commas. */
export function texts(summary: string): Parameter<readonly string[]> {
  return {
    summary,
    required: false,
    placeholder: 'text',
    fallback: undefined,
    repeats: true,
    read: (raw) =>
      String(raw ?? '')
        .split(',')
        .map((each) => each.trim())
        .filter((each) => each !== ''),
  };
}

/** Names of files, at least one; as they are, for a name may hold a comma. */
export function files(summary: string): Parameter<readonly string[]> {
  return {
    summary,
    required: true,
    placeholder: 'file',
    fallback: undefined,
    repeats: true,
    read: (raw, name) => {
      if (!Array.isArray(raw) || raw.length === 0) throw new UsageError(`${name} is missing.`);
      return raw.map(String);
    },
  };
}

/** As `files`, but there may be none. */
export function anyFiles(summary: string): Parameter<readonly string[]> {
  return {
    ...files(summary),
    required: false,
    read: (raw) => (Array.isArray(raw) ? raw : [raw ?? ''].flat()).map(String).filter(Boolean),
  };
}

/** True when the switch is given. */
export function toggle(summary: string): Parameter<boolean> {
  return {
    summary,
    required: false,
    placeholder: undefined,
    fallback: undefined,
    read: (raw) => raw === true,
  };
}

/** A whole number of at least 1. */
export function count(summary: string, fallback: number): Parameter<number> {
  return {
    summary,
    required: false,
    placeholder: 'n',
    fallback: String(fallback),
    read: (raw, name) => {
      if (raw === undefined) return fallback;
      const value = Number(raw);
      if (Number.isInteger(value) && value >= 1) return value;
      throw new UsageError(`${name} takes a whole number of at least 1, not "${String(raw)}".`);
    },
  };
}

/** A time in days: `30d`, `12h` or `90m`; undefined when nothing is given. */
export function days(summary: string): Parameter<number | undefined> {
  return {
    summary,
    required: false,
    placeholder: 'time',
    fallback: undefined,
    read: (raw, name) => {
      if (raw === undefined) return undefined;
      const [, number, unit = ''] = /^(\d+)([dhm])$/.exec(String(raw)) ?? [];
      const value = Number(number) / (perDay[unit] ?? 1);
      if (value > 0) return value;
      throw new UsageError(`${name} takes a time such as 30d, 12h or 90m, not "${String(raw)}".`);
    },
  };
}

const perDay: Readonly<Record<string, number>> = { d: 1, h: 24, m: 1440 };

/** One of the values in `among`; `fallback` (possibly undefined) when nothing is given. */
export function choice<
  const Value extends string,
  const Fallback extends Value | undefined,
>(parts: {
  readonly summary: string;
  readonly among: readonly Value[];
  readonly fallback: Fallback;
}): Parameter<Value | Fallback> {
  const { summary, among, fallback } = parts;
  return {
    summary,
    required: false,
    placeholder: among.join('|'),
    fallback,
    read: (raw, name) => (raw === undefined ? fallback : oneOf(raw, among, name)),
  };
}

/** Some of the values in `among`, comma-separated and in that order of writing; all when nothing is given. */
export function choices<const Value extends string>(parts: {
  readonly summary: string;
  readonly among: readonly Value[];
}): Parameter<readonly Value[]> {
  const { summary, among } = parts;
  return {
    summary,
    required: false,
    placeholder: among.join(','),
    fallback: 'all',
    read: (raw, name) =>
      raw === undefined
        ? among
        : String(raw)
            .split(',')
            .map((each) => oneOf(each.trim(), among, name)),
  };
}

function oneOf<const Value extends string>(
  raw: RawValue,
  among: readonly Value[],
  name: string,
): Value {
  const found = among.find((each) => each === raw);
  if (found !== undefined) return found;
  throw new UsageError(`${name} takes ${among.join(', ')}, not "${String(raw)}".`);
}
