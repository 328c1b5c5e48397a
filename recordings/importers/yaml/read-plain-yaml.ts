import { foldQuoted } from './fold-quoted.ts';
import { resolvePlain } from './resolve-plain.ts';

// Cassettes are written by programs, in a small part of YAML: blocks of keys, lists and texts. That part is read here, many times
// quicker than the whole language; whatever else there is, is left to those who read all of it.
// js-yaml is nearly as quick and was tried instead: of 15,063 texts, half of them damaged, it read 81 otherwise than `yaml`, such
// as a second text behind the closing quote as another key, and said nothing.
//
//   Y1. What is read here is what the whole language says it is: where in doubt, nothing is.
//   Y2. Nothing here is an error. What is wrong is told by who reads all of it.

/** What a text in the plain part of YAML says; undefined for what may be of another part. */
export function readPlainYaml(text: string): { readonly value: unknown } | undefined {
  if (text.includes('\r') || text.includes('\t')) return undefined;
  try {
    const reader = new Reader(text);
    const value = reader.root();
    return reader.isAtEnd() ? { value } : undefined;
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

/** Thrown where a text leaves the plain part: of no interest but here. */
class NotPlain extends Error {}

const keyed = /(?:([A-Za-z_$/][\w.$/+-]*)|'([\w.$/+ -]*)'|"([\w.$/+ -]*)"):(?=[ \n]|$)/y;
const dash = /-(?=[ \n]|$)/y;
const literal = /(!!binary |!binary )?\|([-+]?)(?=\n)/y;
const deepest = 200;

class Reader {
  readonly #text: string;
  /** Where what is not read yet begins: at a line, or within one behind a key or a dash. */
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  isAtEnd(): boolean {
    this.#skipBlank();
    return this.#at >= this.#text.length;
  }

  root(): unknown {
    this.#skipBlank();
    return this.node(this.#spaces());
  }

  /** What begins at this column of the line that is next, or where this line goes on. */
  node(column: number): unknown {
    this.#depth += 1;
    if (this.#depth > deepest) throw new NotPlain();
    const value = this.#match(dash) === undefined ? this.#mapping(column) : this.#list(column);
    this.#depth -= 1;
    return value;
  }

  #list(column: number): unknown[] {
    const items: unknown[] = [];
    do {
      this.#at += 1;
      const gap = this.#spaces();
      if (this.#isLineEnd()) {
        this.#endLine();
        items.push(this.#below(column, false));
      } else if (this.#match(dash) !== undefined) throw new NotPlain();
      else if (this.#match(keyed) === undefined) items.push(this.#scalar(column));
      else items.push(this.node(column + 1 + gap));
    } while (this.#isNext(column, dash));
    return items;
  }

  #mapping(column: number): unknown {
    const entries: [string, unknown][] = [];
    do {
      const key = this.#match(keyed);
      const name = key?.[1] ?? key?.[2] ?? key?.[3];
      if (key === undefined || name === undefined) throw new NotPlain();
      if (key[1] !== undefined && typeof resolvePlain(name) !== 'string') throw new NotPlain();
      this.#at += key[0].length;
      this.#spaces();
      if (this.#isLineEnd()) {
        this.#endLine();
        entries.push([name, this.#below(column, true)]);
      } else entries.push([name, this.#scalar(column)]);
    } while (this.#isNext(column, keyed));
    return Object.fromEntries(entries);
  }

  /** What stands below a key or a dash: deeper, or, below a key, a list at the same column. */
  #below(column: number, isKey: boolean): unknown {
    this.#skipBlank();
    const next = this.#column();
    if (next > column) {
      this.#at += next;
      return this.node(next);
    }
    if (!isKey || next !== column) return null;
    this.#at += next;
    if (this.#match(dash) !== undefined) return this.node(next);
    this.#at -= next;
    return null;
  }

  #scalar(column: number): unknown {
    const block = this.#match(literal);
    if (block !== undefined) {
      this.#at += block[0].length + 1;
      const text = this.#literal(column, block[2] ?? '');
      return block[1] === undefined ? text : Buffer.from(text, 'base64');
    }
    const first = this.#text[this.#at];
    if (first === '"' || first === "'") return this.#quoted(first, column);
    const end = this.#lineEnd();
    const text = this.#text.slice(this.#at, end).replace(/ +$/, '');
    this.#at = end;
    this.#endLine();
    if (text === '{}') return {};
    if (text === '[]') return [];
    // An indicator, a comment, another key, or a text of several lines.
    if (/^[-?:,[\]{}#&*!|>%@`]|[:#]|^(?:---|\.\.\.)/.test(text) && !plainWithSigns.test(text))
      throw new NotPlain();
    this.#skipBlank();
    if (this.#column() > column) throw new NotPlain();
    return resolvePlain(text);
  }

  #quoted(quote: '"' | "'", column: number): string {
    const start = this.#at + 1;
    const end = closingQuote(this.#text, start, quote);
    if (end === undefined) throw new NotPlain();
    const inner = this.#text.slice(start, end);
    if (isShallow(inner, column)) throw new NotPlain();
    this.#at = end + 1;
    this.#spaces();
    if (!this.#isLineEnd()) throw new NotPlain();
    this.#endLine();
    const folded = foldQuoted(inner, quote);
    if (folded === undefined) throw new NotPlain();
    return folded;
  }

  /** The lines of a text that stands as it is, below a key or a dash at a column. */
  #literal(column: number, chomping: string): string {
    const lines: string[] = [];
    let indent: number | undefined;
    while (this.#at < this.#text.length) {
      const end = this.#lineEnd();
      const spaces = this.#column();
      const isBlank = this.#at + spaces === end;
      if (!isBlank && spaces <= column) break;
      if (!isBlank) indent ??= spaces;
      // How deep it is, is said by its first words: before them it may be anything.
      if (isBlank ? indent === undefined && spaces > 0 : spaces < (indent ?? 0))
        throw new NotPlain();
      lines.push(
        isBlank && spaces <= (indent ?? 0) ? '' : this.#text.slice(this.#at + (indent ?? 0), end),
      );
      this.#at = Math.min(end + 1, this.#text.length);
    }
    if (indent === undefined || !this.#text.endsWith('\n')) throw new NotPlain();
    const text = lines.join('\n');
    if (chomping === '+') return `${text}\n`;
    const words = text.replace(/\n+$/, '');
    return chomping === '-' ? words : `${words}\n`;
  }

  /** Goes to what is next in a block at a column, if it goes on. */
  #isNext(column: number, begins: RegExp): boolean {
    this.#skipBlank();
    const next = this.#column();
    if (this.#at >= this.#text.length || next < column) return false;
    if (next > column) throw new NotPlain();
    this.#at += next;
    if (this.#match(begins) !== undefined) return true;
    this.#at -= next;
    // A list below a key may end at the column of that key.
    if (begins === keyed) throw new NotPlain();
    return false;
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text) ?? undefined;
  }

  #lineEnd(): number {
    const end = this.#text.indexOf('\n', this.#at);
    return end === -1 ? this.#text.length : end;
  }

  #isLineEnd(): boolean {
    return this.#at >= this.#text.length || this.#text[this.#at] === '\n';
  }

  #endLine(): void {
    this.#at += 1;
  }

  /** Passes over spaces, and says how many. */
  #spaces(): number {
    const spaces = this.#column();
    this.#at += spaces;
    return spaces;
  }

  /** How many spaces there are. */
  #column(): number {
    let end = this.#at;
    while (this.#text[end] === ' ') end += 1;
    return end - this.#at;
  }

  #skipBlank(): void {
    for (;;) {
      const end = this.#at + this.#column();
      if (this.#text[end] !== '\n') return;
      this.#at = end + 1;
    }
  }
}

/** Signs that are none within a word: addresses, times, ratios. */
const plainWithSigns =
  /^(?![-?:,[\]{}#&*!|>%@`])(?:[^:#\s]|:(?=[^\s])|(?<=\S)#| (?!#))*$|^-(?=[^\s-])[^:#\s]*$/;

function closingQuote(text: string, start: number, quote: string): number | undefined {
  for (let at = text.indexOf(quote, start); at !== -1; at = text.indexOf(quote, at + 1)) {
    if (quote === "'") {
      if (text[at + 1] !== "'") return at;
      at += 1;
    } else {
      let before = at - 1;
      while (before >= start && text[before] === '\\') before -= 1;
      if ((at - before) % 2 === 1) return at;
    }
  }
  return undefined;
}

/** Whether a line of a text goes back to the margin of what it belongs to. */
function isShallow(inner: string, column: number): boolean {
  for (let at = inner.indexOf('\n'); at !== -1; at = inner.indexOf('\n', at + 1)) {
    let end = at + 1;
    while (inner[end] === ' ') end += 1;
    if (end - at - 1 <= column && inner[end] !== '\n') return true;
  }
  return false;
}
