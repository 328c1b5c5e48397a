import { clientMessage, headerLength } from './messages.ts';

/** What a client asks for in one go: whole messages, up to the one that wants an answer. */
export type Batch = readonly Buffer[];

export interface BatchListener {
  /** The client asked whether the connection may be encrypted. */
  readonly encryptionRequested: () => void;
  /** The client said who it is and waits to be greeted. */
  readonly started: () => void;
  readonly batch: (batch: Batch) => void;
  /** The client said goodbye, asked for a cancellation, or does not speak the protocol. */
  readonly terminated: () => void;
}

const startupLength = 8;
const protocolVersion3 = 3;
const sslRequest = 80877103;
const gssRequest = 80877104;
/** No message is longer; PostgreSQL's own limit is the same. */
const messageLengthLimit = 2 ** 30;

const endsBatch: ReadonlySet<number> = new Set([
  clientMessage.sync,
  clientMessage.query,
  clientMessage.flush,
  clientMessage.functionCall,
]);

/** Copy data belongs to a COPY that was refused; PostgreSQL ignores it outside a COPY too. */
const ignored: ReadonlySet<number> = new Set([
  clientMessage.copyData,
  clientMessage.copyDone,
  clientMessage.copyFail,
]);

/** Cuts a client's bytes, however they arrive, into batches. */
export class BatchReader {
  readonly #listener: BatchListener;
  #chunks: Buffer[] = [];
  #length = 0;
  #needed = startupLength;
  #started = false;
  #terminated = false;
  #batch: Buffer[] = [];

  constructor(listener: BatchListener) {
    this.#listener = listener;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    while (!this.#terminated && this.#length >= this.#needed) {
      const bytes = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks);
      const rest = bytes === undefined ? undefined : this.#readOne(bytes);
      if (bytes === undefined || rest === undefined) break;
      this.#chunks = rest.length === 0 ? [] : [rest];
      this.#length = rest.length;
    }
  }

  /** Reads one message off the front; undefined when it is not all here yet. */
  #readOne(bytes: Buffer): Buffer | undefined {
    const lengthAt = this.#started ? 1 : 0;
    const length = lengthAt + bytes.readInt32BE(lengthAt);
    if (length < lengthAt + 4 || length > messageLengthLimit) {
      this.#terminate();
      return Buffer.alloc(0);
    }
    if (bytes.length < length) {
      this.#chunks = [bytes];
      this.#needed = length;
      return undefined;
    }
    const one = bytes.subarray(0, length);
    if (this.#started) this.#take(one);
    else this.#takeStartup(one);
    this.#needed = this.#started ? headerLength : startupLength;
    return bytes.subarray(length);
  }

  #takeStartup(one: Buffer): void {
    const code = one.readInt32BE(4);
    if (code === sslRequest || code === gssRequest) {
      this.#listener.encryptionRequested();
    } else if (code >>> 16 === protocolVersion3) {
      this.#started = true;
      this.#listener.started();
    } else {
      this.#terminate();
    }
  }

  #take(one: Buffer): void {
    const type = one[0] ?? 0;
    if (type === clientMessage.terminate) {
      this.#terminate();
      return;
    }
    if (ignored.has(type)) return;
    this.#batch.push(one);
    if (!endsBatch.has(type)) return;
    const batch = this.#batch;
    this.#batch = [];
    this.#listener.batch(batch);
  }

  #terminate(): void {
    this.#terminated = true;
    this.#listener.terminated();
  }
}
