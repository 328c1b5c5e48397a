import { HarnessError } from '#harness/values';

/** Something passed between a session and the world that this format has no way to write down. */
export class UnrecordableError extends HarnessError {
  constructor(where: string, what: string) {
    super({
      code: 'RECORDING_UNREPRESENTABLE',
      message: `A recording cannot hold what stands at ${where}: ${what}.`,
      hint: 'It holds what JSON can say, and the files of a prompt or an answer: pass plain values.',
    });
  }
}
