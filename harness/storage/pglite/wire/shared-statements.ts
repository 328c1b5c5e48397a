import type { Answer } from './answer.ts';
import type { Batch } from './batch-reader.ts';
import {
  clientMessage,
  headerLength,
  message,
  parseComplete,
  serverMessage,
  textAt,
  zeroTerminated,
} from './messages.ts';

/** Text and parameter types of a statement: what stands in its Parse message behind the name, as latin1. */
type Definition = string;

/** The statements one session has prepared, under its own names; '' is the unnamed one. */
export type SessionStatements = Map<string, Definition>;

export interface RewrittenBatch {
  readonly bytes: Buffer;
  /** What this batch has the backend parse, in the order of the answers. */
  readonly parses: readonly Parse[];
  /** How many of them, all at the front, the client does not expect an answer to. */
  readonly injectedCount: number;
  /** How many the client expects an answer to at the front, although the backend is not asked. */
  readonly omittedCount: number;
}

interface Parse {
  readonly definition: Definition;
  /** The backend's name for it. */
  readonly name: string;
}

/** Where a message names a statement. */
interface NamePlace {
  readonly name: string;
  readonly start: number;
  /** Behind the terminating zero. */
  readonly end: number;
}

/** Above this many prepared statements the backend is told to forget them all. */
const statementLimit = 500;

/** A name nobody prepares under. */
const nobody = 'groundhog_none';

/**
 * Prepared statements of many sessions on one backend. Sessions' names never reach the backend: a
 * statement is known there by what it is, so that two sessions may use one name for two statements, and
 * a statement that is prepared again and again (a driver does so for each query) is parsed and planned
 * once. Parses that the backend needs and the client did not send now go to the front of the batch.
 */
export class SharedStatements {
  readonly #names = new Map<Definition, string>();
  #nameCount = 0;
  #preparedCount = 0;
  #hasForgotten = false;

  /** True when the backend holds statements that it should be told to drop. */
  get isStale(): boolean {
    return this.#hasForgotten || this.#preparedCount > statementLimit;
  }

  rewrite(batch: Batch, session: SessionStatements): RewrittenBatch {
    const injected = new Map<Definition, Parse>();
    const sent = new Map<Definition, Parse>();
    const messages: Buffer[] = [];
    let omittedCount = 0;
    for (const each of batch) {
      const place = placeOfName(each);
      if (place === undefined) {
        messages.push(each);
      } else if (each[0] === clientMessage.parse) {
        const definition = each.toString('latin1', place.end);
        session.set(place.name, definition);
        if (messages.length === 0 && this.#names.has(definition)) {
          omittedCount += 1;
        } else {
          const parse = this.#newParse(definition);
          sent.set(definition, parse);
          messages.push(parseMessage(parse));
        }
      } else if (each[0] === clientMessage.close) {
        session.delete(place.name);
        messages.push(rename(each, place, nobody));
      } else {
        const definition = session.get(place.name);
        const name =
          definition === undefined ? place.name : this.#nameOf(definition, sent, injected);
        messages.push(rename(each, place, name));
      }
    }
    const front = [...injected.values()];
    return {
      bytes: Buffer.concat([...front.map(parseMessage), ...messages]),
      parses: [...front, ...sent.values()],
      injectedCount: front.length,
      omittedCount,
    };
  }

  /** Learns from the answer to a rewritten batch, and gives it the shape its client expects. */
  restore(answer: Answer, batch: RewrittenBatch): readonly Buffer[] {
    for (const { definition, name } of batch.parses.slice(0, answer.parsedCount)) {
      if (!this.#hasForgotten) this.#names.set(definition, name);
      this.#preparedCount += 1;
    }
    let surplus = batch.injectedCount;
    const messages = answer.messages.filter((each) => {
      if (surplus === 0 || each[0] !== serverMessage.parseComplete) return true;
      surplus -= 1;
      return false;
    });
    return [...Array<Buffer>(batch.omittedCount).fill(parseComplete), ...messages];
  }

  /**
   * What the statements refer to may have changed, or change back when the transaction is rolled back: none
   * that is parsed before they are dropped is used by a later batch.
   */
  forget(): void {
    this.#hasForgotten = true;
    this.#names.clear();
  }

  /** The backend has dropped them all. */
  dropped(): void {
    this.#hasForgotten = false;
    this.#preparedCount = 0;
    this.#names.clear();
  }

  #nameOf(
    definition: Definition,
    sent: ReadonlyMap<Definition, Parse>,
    injected: Map<Definition, Parse>,
  ): string {
    const known = sent.get(definition)?.name ?? this.#names.get(definition);
    if (known !== undefined) return known;
    const parse = injected.get(definition) ?? this.#newParse(definition);
    injected.set(definition, parse);
    return parse.name;
  }

  #newParse(definition: Definition): Parse {
    this.#nameCount += 1;
    return { definition, name: `groundhog_${this.#nameCount}` };
  }
}

/** The SQL that a batch has run, or prepares to. */
export function sqlIn(batch: Batch, session: SessionStatements): readonly string[] {
  return batch.flatMap((each) => {
    if (each[0] === clientMessage.query) return [textAt(each, headerLength)];
    const place = each[0] === clientMessage.bind ? placeOfName(each) : undefined;
    const definition = place && session.get(place.name);
    return definition === undefined ? [] : [textAt(Buffer.from(definition, 'latin1'), 0)];
  });
}

function parseMessage({ definition, name }: Parse): Buffer {
  return message(clientMessage.parse, zeroTerminated(name), Buffer.from(definition, 'latin1'));
}

function placeOfName(bytes: Buffer): NamePlace | undefined {
  const start = startOfName(bytes);
  if (start === undefined) return undefined;
  const name = textAt(bytes, start);
  return { name, start, end: start + Buffer.byteLength(name) + 1 };
}

function startOfName(bytes: Buffer): number | undefined {
  switch (bytes[0] ?? 0) {
    case clientMessage.parse:
      return headerLength;
    case clientMessage.bind: // the portal's name comes first
      return bytes.indexOf(0, headerLength) + 1;
    case clientMessage.describe:
    case clientMessage.close: // of a statement (S), not of a portal
      return bytes[headerLength] === 0x53 ? headerLength + 1 : undefined;
    default:
      return undefined;
  }
}

function rename(bytes: Buffer, { start, end }: NamePlace, name: string): Buffer {
  const before = bytes.subarray(headerLength, start);
  return message(bytes[0] ?? 0, before, zeroTerminated(name), bytes.subarray(end));
}
