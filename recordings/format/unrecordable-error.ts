import { HarnessError } from '#harness';

/** Something passed between a session and the world that this format has no way to write down. */
export class UnrecordableError extends HarnessError {
  constructor(pointer: string, value: unknown) {
    const kind =
      typeof value === 'object' && value !== null ? value.constructor.name : typeof value;
    super({
      code: 'RECORDING_UNREPRESENTABLE',
      message: `A recording holds JSON only; at ${pointer === '' ? 'its root' : pointer} stands a ${kind}.`,
      hint: 'Recordings of version 1 hold text, tool calls and JSON; files and dates are not part of it.',
    });
  }
}
