import { HarnessError } from '#harness';

/** An imported recording does not hold what it would take to do with it what was asked. */
export class FidelityTooLowError extends HarnessError {
  constructor(recording: {
    readonly name: string;
    readonly fidelity: string;
    readonly losses: readonly string[];
  }) {
    const { name, fidelity, losses } = recording;
    super({
      code: 'IMPORT_FIDELITY_TOO_LOW',
      message: `${name} cannot be replayed through a provider: its fidelity is ${fidelity}, and it does not hold ${losses.join('; ')}.`,
      hint: 'Import from what has requests and answers: vcr or har. groundhog verify checks what is there.',
    });
  }
}
