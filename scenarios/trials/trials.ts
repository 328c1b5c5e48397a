import { approvalTrials } from './approval-trials.ts';
import { branchTrial } from './branch-trial.ts';
import { clearTrial } from './clear-trial.ts';
import { codeTrials } from './code-trials.ts';
import { crashTrials } from './crash-trials.ts';
import { deliveryTrial } from './delivery-trial.ts';
import { executorTrial } from './executor-trial.ts';
import { handoffTrial } from './handoff-trial.ts';
import { memoryTrials } from './memory-trials.ts';
import { refundTrials } from './refund-trials.ts';
import { serverTrial } from './server-trial.ts';
import type { Trial } from './trial.ts';
import { versionTrial } from './version-trial.ts';
import { viewerTrial } from './viewer-trial.ts';

/** One for every defect that can be switched on. */
export const trials: readonly Trial[] = [
  ...approvalTrials,
  branchTrial,
  clearTrial,
  ...codeTrials,
  ...crashTrials,
  deliveryTrial,
  executorTrial,
  handoffTrial,
  ...memoryTrials,
  ...refundTrials,
  serverTrial,
  versionTrial,
  viewerTrial,
].toSorted((left, right) => numberOf(left) - numberOf(right));

function numberOf({ defect: { id } }: Trial): number {
  return Number(id.slice(id.indexOf('-') + 1));
}
