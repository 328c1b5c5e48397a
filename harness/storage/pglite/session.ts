import type { Batch } from './wire/batch-reader.ts';
import { BatchReader } from './wire/batch-reader.ts';
import { type ErrorFields, errorResponse } from './wire/messages.ts';
import type { SessionStatements } from './wire/shared-statements.ts';
import { Subscriptions } from './wire/subscriptions.ts';

/** The client's end of a session. */
export interface Peer {
  readonly send: (bytes: Buffer) => void;
  /** Nothing more will be sent. */
  readonly end: () => void;
}

/** What a session needs of the multiplexer it belongs to. */
export interface SessionOwner {
  /** What a server says to a client that has just connected. */
  readonly greeting: Buffer;
  readonly received: (session: Session) => void;
  readonly submit: (session: Session, batch: Batch) => void;
  readonly closed: (session: Session) => void;
}

/** One virtual connection: what its client prepared, listens to and has asked for so far. */
export class Session {
  readonly statements: SessionStatements = new Map();
  readonly subscriptions = new Subscriptions();
  readonly #owner: SessionOwner;
  readonly #peer: Peer;
  readonly #reader: BatchReader;
  #isClosed = false;

  constructor(owner: SessionOwner, peer: Peer) {
    this.#owner = owner;
    this.#peer = peer;
    this.#reader = new BatchReader({
      encryptionRequested: () => this.send(Buffer.from('N')),
      started: () => this.send(owner.greeting),
      batch: (batch) => owner.submit(this, batch),
      terminated: () => this.close(),
    });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Takes bytes of the client, cut anywhere. */
  receive(bytes: Buffer): void {
    if (this.#isClosed) return;
    this.#owner.received(this);
    this.#reader.push(bytes);
  }

  send(bytes: Buffer): void {
    if (!this.#isClosed) this.#peer.send(bytes);
  }

  /** Tells the client why, then closes. */
  abort(reason: Omit<ErrorFields, 'severity'>): void {
    this.send(errorResponse({ ...reason, severity: 'FATAL' }));
    this.close();
  }

  /** Forgets what waits; an open transaction is rolled back. Closing twice is closing once. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#owner.closed(this);
    this.#peer.end();
  }
}
