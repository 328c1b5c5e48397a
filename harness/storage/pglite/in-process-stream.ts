import { EventEmitter } from 'node:events';
import type { Multiplexer } from './multiplexer.ts';
import type { Session } from './session.ts';

/**
 * What a pg client takes for its socket: whole messages go straight to a session and whole answers come
 * straight back, with nothing of a stream's buffering between them.
 */
export class InProcessStream extends EventEmitter {
  readonly #multiplexer: Multiplexer;
  #session: Session | undefined;
  #hasEnded = false;

  constructor(multiplexer: Multiplexer) {
    super();
    this.#multiplexer = multiplexer;
  }

  get writable(): boolean {
    return !this.#hasEnded;
  }

  connect(): this {
    this.#session = this.#multiplexer.connect({
      // Not from within the multiplexer's own loop: what a listener throws is the listener's affair.
      send: (bytes) => process.nextTick(() => this.emit('data', bytes)),
      end: () => this.end(),
    });
    process.nextTick(() => this.emit('connect'));
    return this;
  }

  write(bytes: Buffer, written?: () => void): boolean {
    this.#session?.receive(bytes);
    if (written) process.nextTick(written);
    return true;
  }

  end(): this {
    if (this.#hasEnded) return this;
    this.#hasEnded = true;
    this.#session?.close();
    process.nextTick(() => this.emit('close'));
    return this;
  }

  destroy(error?: Error): this {
    if (error && !this.#hasEnded) process.nextTick(() => this.emit('error', error));
    return this.end();
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}
