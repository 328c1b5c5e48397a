import { HarnessError } from '#harness';
import type { Scenario } from '../scenario/define-scenario.ts';
import { lateMessage, queuedMessage, steeredMessage } from './delivery/second-message.ts';
import { clearedRequest } from './memory/cleared-request.ts';
import { largeResult } from './memory/large-result.ts';
import { poisonedSummary } from './memory/poisoned-summary.ts';
import {
  clearedIdle,
  longChat,
  olderMemory,
  refundCrowdedOut,
  secondTurn,
  summariesInTheMaking,
} from './memory/remembered-refund.ts';
import { lostParcel, refundApproved, refundRejected } from './people/lost-parcel.ts';
import { duplicateCharge } from './refunds/duplicate-charge.ts';
import { shoutedCharge } from './refunds/shouted-charge.ts';
import { endlessInvestigator, oneArea, poisonedFinding } from './supervision/one-area.ts';
import { abandonedPlan, editedPlan, repairedPlan, widePlan } from './supervision/plans.ts';
import { allFail, oneFails, threeDomains } from './supervision/three-domains.ts';
import { contradiction, writingInvestigator } from './supervision/two-charges.ts';
import { chargeQuestion } from './triage/charge-question.ts';
import { correctedOrder } from './triage/corrected-order.ts';
import { illegalHandoff, pingPong } from './triage/handoffs.ts';
import { hostileInput, noIntent, outOfScope } from './triage/no-request.ts';
import { safariExport, unclearComplaint } from './triage/safari-export.ts';
import { seatQuote } from './triage/seat-quote.ts';
import { spanishDuplicate } from './triage/spanish-duplicate.ts';
import { threeIntents } from './triage/three-intents.ts';

/** Every scenario there is, in the catalogue's order. */
export const scenarios: readonly Scenario[] = [
  chargeQuestion,
  safariExport,
  seatQuote,
  unclearComplaint,
  threeIntents,
  outOfScope,
  spanishDuplicate,
  hostileInput,
  correctedOrder,
  illegalHandoff,
  pingPong,
  noIntent,
  duplicateCharge,
  shoutedCharge,
  lostParcel,
  refundApproved,
  refundRejected,
  threeDomains,
  oneArea,
  oneFails,
  allFail,
  contradiction,
  writingInvestigator,
  endlessInvestigator,
  repairedPlan,
  abandonedPlan,
  widePlan,
  editedPlan,
  poisonedFinding,
  secondTurn,
  longChat,
  refundCrowdedOut,
  summariesInTheMaking,
  largeResult,
  clearedIdle,
  clearedRequest,
  olderMemory,
  poisonedSummary,
  steeredMessage,
  queuedMessage,
  lateMessage,
];

/** Throws ScenarioUnknownError. */
export function scenarioNamed(id: string): Scenario {
  const scenario = scenarios.find((each) => each.id === id);
  if (scenario === undefined) throw new ScenarioUnknownError(id);
  return scenario;
}

export class ScenarioUnknownError extends HarnessError {
  constructor(id: string) {
    super({
      code: 'SCENARIO_UNKNOWN',
      message: `There is no scenario ${id}.`,
      hint: `There are ${scenarios.map((each) => each.id).join(', ')}. One of yours is named by the file that exports it, its recording by its own, which ends in .jsonl.`,
    });
  }
}
