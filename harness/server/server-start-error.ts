import { HarnessError } from '../host/harness-error.ts';

/** Others could reach the server, and nothing would ask them who they are. */
export class KeysMissingError extends HarnessError {
  constructor(host: string) {
    super({
      code: 'KEYS_MISSING',
      message: `${host} can be reached from other machines, and no API key is kept that would open the server to anybody in particular.`,
      hint: 'Make a key first, or listen at 127.0.0.1.',
    });
  }
}

/** The address is not to be had: taken, not this machine's, or not allowed. */
export class AddressUnusableError extends HarnessError {
  constructor({
    host,
    port,
    cause,
  }: {
    readonly host: string;
    readonly port: number;
    readonly cause: unknown;
  }) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    const isTaken = reason === 'EADDRINUSE';
    super({
      code: isTaken ? 'PORT_IN_USE' : 'ADDRESS_UNUSABLE',
      message: isTaken
        ? `Port ${port} of ${host} is taken by another program.`
        : `Cannot listen at port ${port} of ${host}: ${reason}.`,
      hint: isTaken
        ? 'Stop that program, or choose another port with --port.'
        : 'Choose another address or port.',
      cause,
    });
  }
}
