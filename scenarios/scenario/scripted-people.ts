import { once } from 'node:events';
import { type Approval, ApprovalDecidedError, type Clock, type Harness } from '#harness';
import type { HumanDecision, Scenario } from './define-scenario.ts';

/** How often people look at what waits for them. */
const lookingPollMs = 50;

/**
 * The people of a card, at the approval desk: they decide what waits for them until `signal` aborts. They remember nothing:
 * whose turn it is follows from the requests there are, so in a later life nobody decides twice, and what an earlier life
 * asked is decided as well. A decision that comes too late is no error: the first one stands. A request that nobody on the
 * card decides has its run cancelled: it would wait for a day.
 */
export async function letPeopleDecide(
  { human = [], principal: { tenant } }: Pick<Scenario, 'human' | 'principal'>,
  { approvals, cancel }: Pick<Harness, 'approvals' | 'cancel'>,
  when: { readonly sessionId: string; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  const { sessionId, clock, signal } = when;
  const left = once(signal, 'abort');
  while (!signal.aborted) {
    for (const { asked, decision } of matched(human, await approvals.list(tenant, sessionId))) {
      if (asked.status !== 'pending' || decision?.tooLate) continue;
      if (decision === undefined) await cancel(sessionId, asked.runId);
      else if (clock.now() - asked.requestedAt >= decision.afterMs) {
        await decide(approvals, asked, decision).catch(async (error: unknown) => {
          await cancel(sessionId, asked.runId);
          throw error;
        });
      }
    }
    await Promise.race([clock.sleep(lookingPollMs), left]);
  }
}

/** What people decide on requests of a session that has been cleared: too late, and nothing must come of it. */
export async function decideTooLate(
  { human = [], principal: { tenant } }: Pick<Scenario, 'human' | 'principal'>,
  { approvals }: Pick<Harness, 'approvals'>,
  sessionId: string,
): Promise<void> {
  for (const { asked, decision } of matched(human, await approvals.list(tenant, sessionId))) {
    if (decision?.tooLate) await decide(approvals, asked, decision);
  }
}

/** Each request with the decision that is meant for it: the n-th of a tool with the n-th for that tool. */
function matched(
  human: readonly HumanDecision[],
  all: readonly Approval[],
): readonly { readonly asked: Approval; readonly decision: HumanDecision | undefined }[] {
  return [...Map.groupBy(all, ({ tool }) => tool)].flatMap(([tool, requests]) => {
    const decisions = human.filter((each) => each.tool === tool);
    return requests.map((asked, index) => ({ asked, decision: decisions[index] }));
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
