import { HarnessError } from '#harness';
import { fatalTools } from './fatal-tools.ts';
import { fifoApprovals } from './fifo-approvals.ts';
import { forgottenRejections } from './forgotten-rejections.ts';
import { historyInterleavesLive } from './history-interleaves-live.ts';
import { keylessLog } from './keyless-log.ts';
import { keylessRefund } from './keyless-refund.ts';
import type { Mutant } from './mutant.ts';
import { silenceIsNo } from './silence-is-no.ts';
import { unguardedRefund } from './unguarded-refund.ts';

/** Every defect that can be switched on. */
export const mutants: readonly Mutant[] = [
  keylessRefund,
  fifoApprovals,
  keylessLog,
  historyInterleavesLive,
  fatalTools,
  unguardedRefund,
  forgottenRejections,
  silenceIsNo,
];

/** Throws MutantUnknownError. */
export function mutantNamed(id: string): Mutant {
  const mutant = mutants.find((each) => each.id === id);
  if (mutant === undefined) throw new MutantUnknownError(id);
  return mutant;
}

export class MutantUnknownError extends HarnessError {
  constructor(id: string) {
    super({
      code: 'MUTANT_UNKNOWN',
      message: `There is no mutant ${id}.`,
      hint: `There are ${mutants.map((each) => `${each.id} (${each.title})`).join(', ')}.`,
    });
  }
}
