import { HarnessError } from '#harness';
import { fifoApprovals } from './approvals/fifo-approvals.ts';
import { forgottenRejections } from './approvals/forgotten-rejections.ts';
import { silenceIsNo } from './approvals/silence-is-no.ts';
import { leakySandbox } from './code/leaky-sandbox.ts';
import { unboundedCode } from './code/unbounded-code.ts';
import { fatalTools } from './effects/fatal-tools.ts';
import { keylessRefund } from './effects/keyless-refund.ts';
import { unguardedRefund } from './effects/unguarded-refund.ts';
import { blindClear } from './log/blind-clear.ts';
import { historyInterleavesLive } from './log/history-interleaves-live.ts';
import { keylessLog } from './log/keyless-log.ts';
import { halfReadMemory } from './memory/half-read-memory.ts';
import { newestFactsCut } from './memory/newest-facts-cut.ts';
import { proseOnly } from './memory/prose-only.ts';
import { summaryMadeAnew } from './memory/summary-made-anew.ts';
import type { Mutant } from './mutant.ts';
import { branchesByCompletion } from './runs/branches-by-completion.ts';
import { namelessRuns } from './runs/nameless-runs.ts';
import { phantomHandoff } from './runs/phantom-handoff.ts';
import { sharedExecutor } from './runs/shared-executor.ts';
import { silentStrandings } from './runs/silent-strandings.ts';

/** Every defect of the harness that can be switched on. */
export const mutants: readonly Mutant[] = [
  keylessRefund,
  fifoApprovals,
  namelessRuns,
  keylessLog,
  leakySandbox,
  unboundedCode,
  blindClear,
  silentStrandings,
  historyInterleavesLive,
  sharedExecutor,
  fatalTools,
  unguardedRefund,
  newestFactsCut,
  phantomHandoff,
  forgottenRejections,
  silenceIsNo,
  branchesByCompletion,
  proseOnly,
  summaryMadeAnew,
  halfReadMemory,
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
