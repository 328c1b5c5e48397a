/**
 * The few parts of PostgreSQL's wire protocol (version 3) that a proxy has to read or write itself.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */

/** Type bytes of the messages a client sends. */
export const clientMessage = {
  bind: 0x42,
  close: 0x43,
  copyData: 0x64,
  copyDone: 0x63,
  copyFail: 0x66,
  describe: 0x44,
  flush: 0x48,
  functionCall: 0x46,
  parse: 0x50,
  query: 0x51,
  sync: 0x53,
  terminate: 0x58,
} as const;

/** Type bytes of the messages a server sends. */
export const serverMessage = {
  commandComplete: 0x43,
  error: 0x45,
  notice: 0x4e,
  notification: 0x41,
  parameterStatus: 0x53,
  parseComplete: 0x31,
  readyForQuery: 0x5a,
} as const;

/** A type byte and a four-byte length stand before every message but the first a client sends. */
export const headerLength = 5;

export const parseComplete = Buffer.from([serverMessage.parseComplete, 0, 0, 0, 4]);
export const sync = Buffer.from([clientMessage.sync, 0, 0, 0, 4]);

export function message(type: number, ...body: readonly Uint8Array[]): Buffer {
  const header = Buffer.alloc(headerLength);
  header[0] = type;
  header.writeInt32BE(4 + body.reduce((sum, part) => sum + part.length, 0), 1);
  return Buffer.concat([header, ...body]);
}

export function query(sql: string): Buffer {
  return message(clientMessage.query, zeroTerminated(sql));
}

/** What the client of a new session tells the server. */
export function startup(parameters: Readonly<Record<string, string>>): Buffer {
  const pairs = Object.entries(parameters).flat().map(zeroTerminated);
  const body = Buffer.concat([Buffer.from([0, 3, 0, 0]), ...pairs, Buffer.alloc(1)]);
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + body.length);
  return Buffer.concat([length, body]);
}

export interface ErrorFields {
  readonly severity: 'ERROR' | 'FATAL';
  /** SQLSTATE. */
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

export function errorResponse(fields: ErrorFields): Buffer {
  const { severity, code, message: text, hint } = fields;
  const coded = [`S${severity}`, `V${severity}`, `C${code}`, `M${text}`, `H${hint}`];
  return message(serverMessage.error, ...coded.map(zeroTerminated), Buffer.alloc(1));
}

export function zeroTerminated(text: string): Buffer {
  return Buffer.from(`${text}\0`);
}

/** The text that starts at `offset` and ends before the next zero byte. */
export function textAt(bytes: Buffer, offset: number): string {
  return bytes.toString('utf8', offset, bytes.indexOf(0, offset));
}

/** Each message of `bytes`, which must hold whole messages, header included. */
export function* messagesIn(bytes: Buffer): Generator<Buffer> {
  for (let offset = 0; offset + headerLength <= bytes.length; ) {
    const end = offset + 1 + bytes.readInt32BE(offset + 1);
    yield bytes.subarray(offset, end);
    offset = end;
  }
}
