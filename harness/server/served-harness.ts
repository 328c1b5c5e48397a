import type { ApprovalDesk } from '../session/approval-desk.ts';
import type { Principal, SessionEvent } from '../session/event.ts';
import type { FeedItem } from '../session/session-feed.ts';

/** What the server shows of sessions. */
export interface ServedReader {
  /** Whose session it is; undefined when it is not there. */
  readonly owner: (sessionId: string) => Promise<Principal | undefined>;
  readonly events: (sessionId: string, after?: number) => Promise<readonly SessionEvent[]>;
  readonly subscribe: (
    sessionId: string,
    options: { readonly after: number; readonly signal: AbortSignal },
  ) => AsyncIterable<FeedItem>;
}

/** What the server needs of a harness. */
export interface ServedHarness {
  readonly send: (message: {
    readonly sessionId: string;
    readonly messageId: string;
    readonly text: string;
    readonly principal: Principal;
    readonly mode?: 'queue' | 'steer';
  }) => Promise<string>;
  /** What principals of the tenant may be shown. */
  readonly asTenant: (tenant: string) => ServedReader;
  /** Makes a session that is not there the principal's. Returns whose it is. */
  readonly claim: (sessionId: string, principal: Principal) => Promise<Principal>;
  /** Runs of an earlier life that this one has taken up. */
  readonly recoveredRuns: () => number;
  /** Whether its database answers. */
  readonly isReachable: () => Promise<boolean>;
  readonly isKnown: (runId: string) => Promise<boolean>;
  readonly approvals: ApprovalDesk;
  /** Takes away all that was said in a session. */
  readonly clear: (request: {
    readonly sessionId: string;
    readonly by: Principal;
    readonly force?: boolean;
  }) => Promise<{ readonly epoch: number }>;
  /** Asks a run to end at its next step. */
  readonly cancel: (sessionId: string, runId: string) => Promise<void>;
}
