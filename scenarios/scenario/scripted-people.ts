import { type Approval, ApprovalDecidedError, type Clock, type Harness } from '#harness';
import type { HumanDecision, Scenario } from './define-scenario.ts';

/** How often people look at what waits for them. */
const lookingPollMs = 50;

/**
 * The people of a card, at the approval desk: they decide what waits for them until `signal` aborts. They remember nothing:
 * whose turn it is follows from the requests there are, so in a later life nobody decides twice, and what an earlier life
 * asked is decided as well. A decision that comes too late is no error: the first one stands.
 */
export async function letPeopleDecide(
  { human = [], principal: { tenant } }: Pick<Scenario, 'human' | 'principal'>,
  { approvals }: Pick<Harness, 'approvals'>,
  when: { readonly sessionId: string; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  if (human.length === 0) return;
  const { sessionId, clock, signal } = when;
  while (!signal.aborted) {
    for (const { asked, decision } of matched(human, await approvals.list(tenant, sessionId))) {
      const isDue = clock.now() - asked.requestedAt >= decision.afterMs;
      if (asked.status === 'pending' && isDue && !signal.aborted) {
        await decide(approvals, asked, decision);
      }
    }
    await clock.sleep(lookingPollMs);
  }
}

/** Each request with the decision that is meant for it: the n-th of a tool with the n-th for that tool. */
function matched(
  human: readonly HumanDecision[],
  asked: readonly Approval[],
): readonly { readonly asked: Approval; readonly decision: HumanDecision }[] {
  return [...Map.groupBy(asked, ({ tool }) => tool)].flatMap(([tool, requests]) => {
    const decisions = human.filter((each) => each.tool === tool);
    return requests.flatMap((request, index) => {
      const decision = decisions[index];
      return decision === undefined ? [] : [{ asked: request, decision }];
    });
  });
}

async function decide(
  approvals: Harness['approvals'],
  { approvalId }: Approval,
  { by, verdict, reason, editedArguments, clicks = 1 }: HumanDecision,
): Promise<void> {
  for (let click = 1; click <= clicks; click += 1) {
    try {
      await approvals.decide({
        approvalId,
        by,
        verdict,
        reason,
        ...(editedArguments === undefined ? {} : { editedArguments }),
      });
    } catch (error) {
      if (!(error instanceof ApprovalDecidedError)) throw error;
    }
  }
}
