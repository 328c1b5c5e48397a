import type { Principal } from './event.ts';

// A message that arrives during a run and is meant for it.
//
//   T1. It has a run of its own, named by its id and admitted in its order: it is stored before anybody reads it, and
//       delivered twice it is one.
//   T2. A run reads what was admitted behind it, of its own principal, before a model turn; what it has read once, as a
//       `message-steered` fact says, no run reads again.
//   T3. Nothing that has an effect begins while such a message is unread; what had begun before is finished.
//   T4. Its own run, when its turn comes, is over at once if it was read, and else answers it as any other.

/** A message for the run in progress. */
export interface SteeringMessage {
  readonly messageId: string;
  /** Its own run's place in the session: what is admitted later has a higher one, also to those who look meanwhile. */
  readonly runOrdinal: number;
  readonly text: string;
  readonly principal: Principal;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
}

/** Who looks for messages, and which are news to it. */
export interface SteeringReader {
  readonly sessionId: string;
  readonly principal: Principal;
  /** Ordinal of the last run whose message is known to have been read, or of the reader itself. */
  readonly after: number;
}
