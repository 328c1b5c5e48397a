import { type Clock, type Harness, HarnessError, type SessionEvent } from '#harness';
import type { Scenario } from './define-scenario.ts';
import { runIdOf } from './run-id-of.ts';
import { decideTooLate } from './scripted-people.ts';

/** How often the customer looks whether somebody is asked. */
const lookingPollMs = 5;

/**
 * The customer clears the session before they say the message with this index; whoever decides too late decides then. In a
 * later life what is cleared stays cleared. Returns what the log held until then, as far as this life has seen it.
 */
export async function clearAsCustomer(
  harness: Harness,
  scenario: Scenario,
  clearing: { readonly sessionId: string; readonly index: number; readonly clock: Clock },
): Promise<readonly SessionEvent[]> {
  const { messages, principal: by } = scenario;
  const { sessionId, index } = clearing;
  const cleared = messages.slice(0, index + 1).filter(({ clearedBefore }) => clearedBefore);
  const isForced = messages[index]?.clearedBefore === 'by-force';
  if (isForced) await untilAsked(harness, scenario, clearing);
  const events = await harness.events(sessionId);
  if (epochIn(events) <= cleared.length) {
    await harness.clear({ sessionId, by }).catch(async (error: unknown) => {
      if (!isForced || !isRefusal(error)) throw error;
      await harness.clear({ sessionId, by, force: true });
    });
  }
  await decideTooLate(scenario, harness, sessionId);
  return epochIn(events) <= cleared.length ? events : [];
}

/** Until a person is asked by the message before, or it has come to its end without. */
async function untilAsked(
  { approvals, pendingRuns }: Harness,
  { principal: { tenant } }: Scenario,
  { sessionId, index, clock }: Parameters<typeof clearAsCustomer>[2],
): Promise<void> {
  const runId = runIdOf(sessionId, index);
  const isAsked = async (): Promise<boolean> =>
    (await approvals.list(tenant, sessionId)).some((asked) => asked.runId === runId);
  while (!(await isAsked()) && (await pendingRuns()).includes(runId)) {
    await clock.sleep(lookingPollMs);
  }
}

function epochIn(events: readonly SessionEvent[]): number {
  const latest = events.findLast(({ fact }) => fact.type === 'session-cleared')?.fact;
  return latest?.type === 'session-cleared' ? latest.epoch : 1;
}

/** Refused for what is in progress. */
const isRefusal = (error: unknown): boolean =>
  error instanceof HarnessError &&
  (error.code === 'APPROVAL_PENDING' || error.code === 'SESSION_BUSY');
