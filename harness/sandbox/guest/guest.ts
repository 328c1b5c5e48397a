// The inside of the sandbox. Design boundary: this file's text runs in QuickJS around the program (guest-source.ts beside it), so
// it imports nothing. It makes a program repeatable and its mistakes readable; it guards nothing: what must not be
// reachable is not in the engine, and the host believes none of what comes out of here.
//
//   G1. The program's Date stands still at the run's time and knows only UTC; its Math.random comes from the seed.
//   G2. Values cross as JSON text. What JSON cannot say is refused with its path, never bent into null.

/** The engine's own, before the program's stand in front of them. */
export interface Engine {
  readonly Date: DateConstructor;
  readonly Math: Math;
}

/** Two functions of the host. They block: the program's calls happen one after another, in its own order. */
export interface HostBridge {
  readonly call: (tool: string, inputJson: string) => string;
  readonly log: (line: string) => void;
}

export interface GuestSettings {
  readonly tools: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly seed: string;
  readonly logLineLimit: number;
  readonly logLineLengthLimit: number;
  /** Of a call's input as JSON text. The host counts bytes; this spares it what is hopeless. */
  readonly inputLengthLimit: number;
  /** Of the result as JSON text, likewise. */
  readonly resultLengthLimit: number;
}

/** What the program sees instead of the engine's globals of the same names. */
export interface Surface {
  readonly tools: object;
  readonly console: object;
  readonly Date: object;
  readonly Math: object;
}

/** A failed tool call, as the program may catch it. */
class ToolError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = 'ToolError';
    this.code = code;
  }
}

export function openSurface(engine: Engine, host: HostBridge, settings: GuestSettings): Surface {
  return {
    tools: openTools(host, settings),
    console: openConsole(host, settings),
    Date: frozenDate(engine.Date, settings.now),
    Math: seededMath(engine.Math, settings.seed),
  };
}

function openTools(host: HostBridge, { tools: names, inputLengthLimit }: GuestSettings): object {
  const tools: Record<string, unknown> = Object.create(null);
  for (const name of names) {
    tools[name] = async (input: unknown) => {
      const text = toJsonText(input === undefined ? {} : input, 'input');
      if (text.length > inputLengthLimit) {
        throw new ToolError(
          'TOOL_INPUT_TOO_LARGE',
          `${name} takes up to ${inputLengthLimit} bytes.`,
        );
      }
      const answer = JSON.parse(host.call(name, text));
      if (answer.kind === 'failed') throw new ToolError(answer.error.code, answer.error.message);
      return answer.output;
    };
  }
  return new Proxy(Object.freeze(tools), {
    get: (own, name) => {
      if (typeof name === 'symbol' || name === 'then' || Object.hasOwn(own, name))
        return own[String(name)];
      throw new TypeError(`there is no tools.${name}; there are ${names.join(', ')}`);
    },
  });
}

function openConsole(
  host: HostBridge,
  { logLineLimit, logLineLengthLimit }: GuestSettings,
): object {
  let lines = 0;
  const log = (...values: readonly unknown[]): void => {
    lines += 1;
    if (lines > logLineLimit) return;
    host.log(values.map(toLogText).join(' ').slice(0, logLineLengthLimit));
  };
  return Object.freeze({ log, info: log, debug: log, warn: log, error: log });
}

function toLogText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  try {
    return toJsonText(value, 'value');
  } catch {
    // A log line is for people: what JSON cannot say is named.
    return nameOf(value);
  }
}

/** The engine's methods on a prototype of its own, local time read as UTC: an instance leads to no other clock. */
function frozenDate(engineDate: DateConstructor, now: number): object {
  const parseIso = (text: unknown): number => {
    const match = /^\d{4}(-\d\d){0,2}(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/.exec(
      String(text),
    );
    if (match === null) return Number.NaN;
    return engineDate.parse(
      match[2] !== undefined && match[5] === undefined ? `${match[0]}Z` : match[0],
    );
  };
  const timeOf = (parts: readonly unknown[]): number => {
    const [first] = parts;
    if (parts.length === 0) return now;
    if (parts.length > 1) return Reflect.apply(engineDate.UTC, undefined, parts);
    return typeof first === 'string' ? parseIso(first) : Number(first);
  };
  function FrozenDate(...parts: readonly unknown[]): unknown {
    const date = new engineDate(timeOf(new.target === undefined ? [] : parts));
    if (new.target === undefined) return date.toISOString();
    return Object.setPrototypeOf(date, prototype);
  }
  const prototype = utcPrototype(engineDate.prototype, FrozenDate);
  FrozenDate.prototype = prototype;
  return Object.freeze(
    Object.assign(FrozenDate, { now: () => now, parse: parseIso, UTC: engineDate.UTC }),
  );
}

function utcPrototype(engine: object, constructor: unknown): object {
  const own: PropertyDescriptorMap = Object.getOwnPropertyDescriptors(engine);
  const utc = Object.entries(own).map(([name, method]) => {
    const twin = /^to(?!JSON|ISO)/.test(name)
      ? 'toISOString'
      : name.replace(/^(get|set)(?!UTC)/, '$1UTC');
    return [name, own[twin] ?? method];
  });
  return Object.freeze(
    Object.create(Object.prototype, {
      ...Object.fromEntries(utc),
      [Symbol.toPrimitive]: own[Symbol.toPrimitive] ?? {},
      getTimezoneOffset: { value: () => 0 },
      constructor: { value: constructor },
    }),
  );
}

/** Math with the dice of mulberry32, started from a hash (FNV-1a) of the seed. */
function seededMath(engine: Math, seed: string): object {
  let state = 0x811c9dc5;
  for (const character of seed) {
    state = engine.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = engine.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + engine.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const own: PropertyDescriptorMap = Object.getOwnPropertyDescriptors(engine);
  return Object.freeze(Object.create(Object.prototype, { ...own, random: { value: random } }));
}

/** What surrounds a program: the line it begins on, and how long its result may be. */
export interface Frame {
  readonly firstLine: number;
  readonly resultLengthLimit: number;
}

/** Runs the program and says how it ended, as JSON text. Nothing that it throws gets further than this. */
export async function conclude(
  program: () => Promise<unknown>,
  { firstLine, resultLengthLimit }: Frame,
): Promise<string> {
  let value: unknown;
  try {
    value = await program();
  } catch (error) {
    return JSON.stringify({ kind: 'thrown', ...describe(error, firstLine) });
  }
  try {
    const text = toJsonText(value, 'result');
    if (text.length > resultLengthLimit) return '{"kind":"output"}';
    return `{"kind":"completed","value":${text}}`;
  } catch (error) {
    return JSON.stringify({ kind: 'result', ...describe(error, firstLine) });
  }
}

/** What a thrown value says of itself; anything may be thrown, proxies and getters that throw included. */
function describe(error: unknown, firstLine: number): { message: string; line?: number } {
  try {
    if (!(error instanceof Error)) return { message: `threw ${toLogText(error)}` };
    const line = lineOf(error, firstLine);
    const code = 'code' in error ? ` (${String(error.code)})` : '';
    const message = `${error.name}${code}: ${error.message}`;
    return line === undefined ? { message } : { message, line };
  } catch {
    return { message: 'threw a value that cannot be described' };
  }
}

/** The program's own line, 1-based, of the innermost frame that is its own. */
function lineOf(error: Error, firstLine: number): number | undefined {
  for (const [, line] of String(error.stack).matchAll(/run\.js:(\d+):\d+/g)) {
    const own = Number(line) - firstLine + 1;
    if (own >= 1) return own;
  }
  return undefined;
}

/** JSON text of `value`, or a TypeError that names the place where JSON ends. */
function toJsonText(value: unknown, place: string): string {
  return JSON.stringify(plain(value, place, []));
}

function plain(value: unknown, place: string, above: readonly unknown[]): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (typeof value !== 'object')
    throw new TypeError(`${place} is ${nameOf(value)}, which JSON cannot say`);
  if (above.includes(value)) throw new TypeError(`${place} contains itself, which JSON cannot say`);
  const within = [...above, value];
  if (Array.isArray(value)) {
    return Array.from(value, (item, index) => plain(item, `${place}[${index}]`, within));
  }
  if (isDate(value)) return plain(value.toISOString(), place, within);
  const parent = Object.getPrototypeOf(value);
  if (parent !== Object.prototype && parent !== null) {
    throw new TypeError(`${place} is ${nameOf(value)}, not a plain object or array`);
  }
  const copy: Record<string, unknown> = Object.create(null);
  for (const [name, item] of Object.entries(value)) {
    if (item !== undefined) copy[name] = plain(item, `${place}.${name}`, within);
  }
  return copy;
}

const isDate = (value: object): value is Date =>
  'toISOString' in value && typeof value.toISOString === 'function';

function nameOf(value: unknown): string {
  if (typeof value === 'object') return 'an object of a class';
  if (typeof value === 'bigint') return `${value}n`;
  return typeof value === 'number' ? String(value) : `of type ${typeof value}`;
}
