import { constants } from 'node:os';

const signals = ['SIGINT', 'SIGTERM'] as const;
type Signal = (typeof signals)[number];

/** npx, npm and the shim each pass a Ctrl-C on: what arrives this close together is one. */
const echoMs = 500;
/** How long a cleanup may take before the process ends without it. */
const cleanupMs = 5_000;

/** Listens for Ctrl-C and SIGTERM: the first aborts the work, a second one ends the process at once. */
export class Interruption {
  readonly #controller = new AbortController();
  readonly #exit: (code: number) => void;
  #first: { readonly at: number; readonly exitCode: number } | undefined;

  constructor(exit: (code: number) => void) {
    this.#exit = exit;
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
    const now = performance.now();
    if (this.#first === undefined) {
      const exitCode = 128 + constants.signals[signal];
      this.#first = { at: now, exitCode };
      this.#controller.abort(new Error(`Interrupted by ${signal}.`));
      setTimeout(() => this.#exit(exitCode), cleanupMs).unref();
    } else if (now - this.#first.at > echoMs) {
      this.#exit(this.#first.exitCode);
    }
  }
}
