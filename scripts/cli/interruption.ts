import { constants } from 'node:os';
import { InterruptedError } from './interrupted-error.ts';

const signals = ['SIGINT', 'SIGTERM'] as const;
type Signal = (typeof signals)[number];

export interface InterruptionOptions {
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
  /** npx, npm and the shim each pass a Ctrl-C on: what arrives this close to the first is the same one. */
  readonly echoMs: number;
  /** How long a cleanup may take before the process ends without it. */
  readonly cleanupMs: number;
}

/** Listens for Ctrl-C and SIGTERM: the first aborts the work, a second one ends the process at once. */
export class Interruption {
  readonly #controller = new AbortController();
  readonly #options: InterruptionOptions;
  #first: { readonly at: number; readonly exitCode: number } | undefined;

  constructor(options: InterruptionOptions) {
    this.#options = options;
    for (const signal of signals) process.on(signal, () => this.#receive(signal));
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** 128 + the number of the signal that came first; undefined when none came. */
  get exitCode(): number | undefined {
    return this.#first?.exitCode;
  }

  #receive(signal: Signal): void {
    const { exit, echoMs, cleanupMs } = this.#options;
    const now = performance.now();
    if (this.#first === undefined) {
      const exitCode = 128 + constants.signals[signal];
      this.#first = { at: now, exitCode };
      this.#controller.abort(new InterruptedError(signal));
      setTimeout(() => exit(exitCode), cleanupMs).unref();
    } else if (now - this.#first.at > echoMs) {
      exit(this.#first.exitCode);
    }
  }
}
