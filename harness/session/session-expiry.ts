import { isoTimeOf } from '../host/date-of.ts';
import { HarnessError } from '../host/harness-error.ts';
import type { Log } from '../host/host.ts';
import type { SessionFeed } from './session-feed.ts';

// Sessions that end by themselves.
//
//   X1. A session is over when nobody has spoken in it for `idleMs`, or `lifetimeMs` after it began: whichever comes first.
//       It is the store's clock that says so, whichever process asks.
//   X2. That it is over is entered, and told as `session-expired`, in one transaction, once, by whoever finds it due: the next
//       message, the call that waits for a person, or the person. From then on it is over for good.
//   X3. A session that is over takes no message. One that it has taken before is still answered.
//   X4. What a person is asked in it expires with it.

/** When the sessions of a harness end by themselves. */
export interface SessionExpiry {
  /** Milliseconds after the last message. */
  readonly idleMs?: number;
  /** Milliseconds after the first. */
  readonly lifetimeMs?: number;
}

/** Times are milliseconds since the epoch. */
export type SessionLife =
  | {
      readonly kind: 'open';
      /** When it will be over unless somebody speaks; infinite where there is no limit, or no session yet. */
      readonly endsAt: number;
    }
  | {
      readonly kind: 'expired';
      readonly expiredAt: number;
      /** Whether this asking has entered it. */
      readonly isNews: boolean;
    };

/** Where it is kept when sessions end: X1 and X2, for any number of processes. */
export interface ExpiryStore {
  /** Ends the session if it is due. */
  readonly look: (sessionId: string, rules: SessionExpiry) => Promise<SessionLife>;
  /** The same, for a message: one that is not over has been spoken in just now. */
  readonly keepAlive: (sessionId: string, rules: SessionExpiry) => Promise<SessionLife>;
}

/** The place of `session-expired` in the log: it is no run's. */
export const expiryPlace = { runId: 'expiry', step: 'expire', ordinal: 0 } as const;

/** The ends of a harness's sessions. */
export interface SessionLives {
  readonly look: (sessionId: string) => Promise<SessionLife>;
  readonly keepAlive: (sessionId: string) => Promise<SessionLife>;
}

export interface SessionLivesParts {
  readonly expiry: ExpiryStore;
  /** Absent where sessions do not end by themselves: then nothing is looked up. */
  readonly rules: SessionExpiry | undefined;
  readonly feed: Pick<SessionFeed, 'publish'>;
  readonly log: Log;
}

export function sessionLives({ expiry, rules, feed, log }: SessionLivesParts): SessionLives {
  const endless: SessionLife = { kind: 'open', endsAt: Number.POSITIVE_INFINITY };
  const asking =
    (ask: ExpiryStore['look']) =>
    async (sessionId: string): Promise<SessionLife> => {
      if (rules === undefined) return endless;
      const life = await ask(sessionId, rules);
      if (life.kind === 'expired' && life.isNews) {
        log.info('session-expired', { sessionId });
        feed.publish(sessionId);
      }
      return life;
    };
  return { look: asking(expiry.look), keepAlive: asking(expiry.keepAlive) };
}

/** The session is over: it takes no more messages. */
export class SessionExpiredError extends HarnessError {
  readonly expiredAt: number;

  constructor(sessionId: string, expiredAt: number) {
    super({
      code: 'SESSION_EXPIRED',
      message: `Session ${sessionId} expired at ${isoTimeOf(expiredAt)}.`,
      hint: 'Send the message in a new session.',
    });
    this.expiredAt = expiredAt;
  }
}
