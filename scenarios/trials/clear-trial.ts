import { setTimeout as sleep } from 'node:timers/promises';
import { createHarness, type Harness, HarnessError, type SessionEvent } from '#harness';
import { memoryBacking, scriptedModel } from '#harness/testing';
import { checkApprovalsBound } from '../checkers/approvals-bound.ts';
import { checkToolResults } from '../checkers/tool-results.ts';
import type { Violation } from '../checkers/violation.ts';
import type { LedgerEntry } from '../desk/world/ledger.ts';
import { blindClear } from '../mutants/log/blind-clear.ts';
import { runIdOf } from '../scenario/run-id-of.ts';
import { scenarioExchanges } from '../scenario/scenario-exchanges.ts';
import { scenarioNamed } from '../suites/scenario-named.ts';
import type { Stage, Trial } from './trial.ts';

const scenario = scenarioNamed('H-01');
const { id: sessionId, principal } = scenario;
const pollingMs = 5;

/** CD-7. The session is cleared while its refund waits for a person, who then says yes. */
export const clearTrial: Trial = {
  defect: blindClear,
  play: async (stage) => {
    const world = stage.worldServer.createWorld(scenario.world);
    const parts = {
      ...scenario.subject.assemble({ worldUrl: world.url }),
      backing: memoryBacking(),
    };
    await using harness = await createHarness({
      ...(stage.isOn ? blindClear.apply({ ...parts, worldUrl: world.url }) : parts),
      model: scriptedModel(scenario.playbooks.gold),
      exchanges: scenarioExchanges(scenario),
    });
    const messageId = runIdOf(sessionId, 1);
    const text = scenario.messages[0]?.text ?? '';
    await harness.send({ sessionId, messageId, text, principal });
    const approvalId = await untilAsked(harness, stage);
    await harness.clear({ sessionId, by: principal }).catch((error: unknown) => {
      // That it is refused is what saves the question.
      if (!(error instanceof HarnessError && error.code === 'APPROVAL_PENDING')) throw error;
    });
    const by = { id: 'ana', role: 'billing_agent', tenant: principal.tenant };
    await harness.approvals.decide({ approvalId, by, verdict: 'approve', reason: 'in this trial' });
    await harness.outcome(messageId);
    const [ledger, events] = [world.ledger(), await harness.events(sessionId)];
    const approvals = await harness.approvals.list(principal.tenant, sessionId);
    if (!ledger.some(isPaid)) throw new RangeError('the refund that was approved was never paid');
    return [
      ...checkPaymentsTold(ledger, events),
      ...checkApprovalsBound({ ledger, approvals, world: world.snapshot() }),
      ...checkToolResults({ events }),
    ];
  },
};

/** Returns the id of the request that waits at the desk. */
async function untilAsked(harness: Harness, { signal }: Stage): Promise<string> {
  for (;;) {
    const [asked] = await harness.approvals.list(principal.tenant);
    if (asked !== undefined) return asked.approvalId;
    await sleep(pollingMs, undefined, { signal });
  }
}

const isPaid = ({ kind, outcome }: LedgerEntry): boolean =>
  kind === 'refund' && outcome === 'accepted';

/** I4: of money that a person was asked about the log tells the question, however late it was answered. */
function checkPaymentsTold(
  ledger: readonly LedgerEntry[],
  events: readonly SessionEvent[],
): readonly Violation[] {
  const asked = events.some(({ fact }) => fact.type === 'approval-requested');
  if (asked) return [];
  const [first] = events;
  return ledger.filter(isPaid).map(({ key }) => ({
    invariant: 'I4',
    expected: `the question that ${key} was the answer to, in the log`,
    found: `a log that begins with ${first?.fact.type ?? 'nothing'}`,
    message: `${key} was paid behind a clear, and the log does not tell what was asked.`,
  }));
}
