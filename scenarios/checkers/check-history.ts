import { checkApprovalsBound } from './approvals-bound.ts';
import { checkEffectsOnce } from './effects-once.ts';
import { checkEventLog } from './event-log.ts';
import { checkFinalState } from './final-state.ts';
import { checkModelCalls } from './model-calls.ts';
import type { ModelCall, Observation } from './observation.ts';
import { checkOneRun } from './one-run.ts';
import { checkRefundTotals } from './refund-totals.ts';
import { checkRunStates } from './run-states.ts';
import { checkSettled } from './settled.ts';
import { checkToolResults } from './tool-results.ts';
import type { Violation } from './violation.ts';
import { withoutNames } from './without-names.ts';

/** Holds a finished session against the same session left alone. The two may go by different names. */
export function checkHistory(
  goldenSession: Observation,
  seenSession: Observation,
  options: {
    /** Model calls that were in flight, and not saved, when a life ended: each may be made once more. */
    readonly repeatable: readonly ModelCall[];
  },
): readonly Violation[] {
  const golden = withoutNames(goldenSession);
  const seen = withoutNames(seenSession);
  return [
    ...checkEffectsOnce(golden, seen),
    ...checkRefundTotals(seen),
    ...checkApprovalsBound(seen),
    ...checkEventLog(golden, seen),
    ...checkRunStates(seen.events),
    ...checkFinalState(golden, seen),
    ...checkToolResults(seen),
    ...checkModelCalls(golden, seen, options.repeatable),
    ...checkOneRun(seen),
    ...checkSettled(golden, seen),
  ];
}
