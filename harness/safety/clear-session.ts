import { HarnessError } from '../host/harness-error.ts';
import type { Clock } from '../host/host.ts';
import type { ApprovalStore } from '../session/approval.ts';
import type { Principal } from '../session/event.ts';
import type { RunControl } from '../session/run-control.ts';
import type { Runner } from '../session/runner.ts';
import type { SessionFeed } from '../session/session-feed.ts';
import type { AuditEntry, AuditStore } from './audit.ts';

// A session is cleared: what was said in it is gone, who may do what stays decided.
//
//   E1. One transaction deletes events, text, records and summaries, begins the next epoch with the fact `session-cleared`,
//       and tells the audit. `seq` goes on behind what was deleted.
//   E2. It happens while nothing is in progress: refused while a run is or an approval waits, or, by force, those are ended
//       first, each told to the audit. Whoever dies between the two has ended them, and clears when asked again.
//   E3. Runs of an epoch that is over tell nothing into the next. What was approved and not acted on by then never is.
//   E4. What was sent once stays sent: a message of an epoch that is over, delivered again, starts nothing.

/** A person's wish that a session begin anew. */
export interface ClearRequest {
  readonly sessionId: string;
  readonly by: Principal;
  /** Ends what is in progress, instead of being refused for it. */
  readonly force?: boolean;
}

export interface Cleared {
  /** Counts from 1; the one that has begun. */
  readonly epoch: number;
}

/** What clearing finds: `cleared`, or why not. */
export type ClearOutcome =
  | ({ readonly kind: 'cleared' } & Cleared)
  | { readonly kind: 'missing' | 'busy' | 'approval-pending' };

/** Where sessions are cleared: E1, for any number of processes. */
export interface ClearStore {
  readonly clear: (order: {
    readonly sessionId: string;
    readonly by: Principal;
    /** Milliseconds since the epoch. */
    readonly now: number;
    /** The session's runs, all settled: one that was admitted and is not among them is in progress. */
    readonly settledRuns: readonly string[];
  }) => Promise<ClearOutcome>;
}

/** What the audit is told of it. */
export function clearedEntry({
  sessionId,
  by,
  epoch,
}: Pick<ClearRequest, 'sessionId' | 'by'> & Cleared): AuditEntry {
  return {
    tenant: by.tenant,
    key: `clear/${sessionId}/${epoch}`,
    actor: by.id,
    action: 'session-cleared',
    subject: sessionId,
    isAllowed: true,
    reason: '',
    detail: { epoch, role: by.role },
  };
}

export interface ClearParts {
  readonly clearing: ClearStore;
  readonly runner: Pick<Runner, 'runsOf' | 'outcome'>;
  readonly approvals: Pick<ApprovalStore, 'list' | 'end'>;
  readonly control: Pick<RunControl, 'requestCancel'>;
  readonly audit: Pick<AuditStore, 'append'>;
  readonly feed: Pick<SessionFeed, 'publish'>;
  readonly clock: Clock;
}

/** How long runs that were asked to end may take to: to the end of the step that they are in. */
const patienceMs = 20_000;
const lookMs = 25;

/** Clears a session. Throws SessionBusyError, ApprovalPendingError or SessionMissingError, and then nothing was cleared. */
export async function clearSession(request: ClearRequest, parts: ClearParts): Promise<Cleared> {
  const { sessionId, by, force = false } = request;
  const { clearing, approvals, feed, clock } = parts;
  if (force) await endAll(request, parts);
  const pending = (await approvals.list(by.tenant, sessionId)).filter(isPending);
  if (pending.length > 0) throw new ApprovalPendingError(sessionId);
  const runs = await parts.runner.runsOf(sessionId);
  const settledRuns = runs.filter(({ isSettled }) => isSettled).map(({ runId }) => runId);
  if (settledRuns.length < runs.length) throw new SessionBusyError(sessionId);
  const outcome = await clearing.clear({ sessionId, by, now: clock.now(), settledRuns });
  feed.publish(sessionId);
  switch (outcome.kind) {
    case 'cleared':
      return { epoch: outcome.epoch };
    case 'missing':
      throw new SessionMissingError(sessionId);
    case 'busy':
      throw new SessionBusyError(sessionId);
    case 'approval-pending':
      throw new ApprovalPendingError(sessionId);
  }
}

/** Cancels what runs and what waits, and sees it end. Doing it again is doing it once. */
async function endAll({ sessionId, by }: ClearRequest, parts: ClearParts): Promise<void> {
  const { runner, control, approvals, audit, clock } = parts;
  const tell = (action: string, subject: string): Promise<unknown> =>
    audit.append(
      {
        tenant: by.tenant,
        key: `clear/${action}/${subject}`,
        actor: by.id,
        action,
        subject,
        isAllowed: true,
        reason: 'the session is cleared',
        detail: { sessionId, role: by.role },
      },
      clock.now(),
    );
  const deadline = clock.now() + patienceMs;
  for (;;) {
    // Before the runs, which would end them too, and tell nobody who wanted it.
    for (const { approvalId } of (await approvals.list(by.tenant, sessionId)).filter(isPending)) {
      const { status } = await approvals.end(approvalId, 'cancelled');
      if (status === 'cancelled') await tell('approval-cancelled', approvalId);
    }
    const open = (await runner.runsOf(sessionId)).filter(({ isSettled }) => !isSettled);
    for (const { runId } of open) {
      await control.requestCancel(sessionId, runId);
      await tell('run-cancelled', runId);
    }
    if (open.length === 0) return;
    if (clock.now() >= deadline) throw new SessionBusyError(sessionId);
    await clock.sleep(lookMs);
  }
}

const isPending = ({ status }: { readonly status: string }): boolean => status === 'pending';

/** A run of the session is in progress. */
export class SessionBusyError extends HarnessError {
  constructor(sessionId: string) {
    super({
      code: 'SESSION_BUSY',
      message: `A run of ${sessionId} is in progress.`,
      hint: 'Wait for its end, or clear by force: it is cancelled first. One that was cancelled ends with its step.',
    });
  }
}

/** A person is still asked about something in the session. */
export class ApprovalPendingError extends HarnessError {
  constructor(sessionId: string) {
    super({
      code: 'APPROVAL_PENDING',
      message: `An approval waits in ${sessionId}.`,
      hint: 'Decide it, or clear by force: it is cancelled first.',
    });
  }
}

/** Nothing was ever said under this id. */
export class SessionMissingError extends HarnessError {
  constructor(sessionId: string) {
    super({
      code: 'SESSION_MISSING',
      message: `There is no session ${sessionId}.`,
      hint: 'A session begins with its first message.',
    });
  }
}
