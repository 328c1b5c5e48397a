import type {
  Approval,
  AuditRow,
  RunOutcome,
  SessionEvent,
  SessionRecord,
  StepName,
  TextDelta,
} from '#harness';
import type { Business } from '../desk/world/business.ts';
import type { LedgerEntry } from '../desk/world/ledger.ts';

/** A request to a model, by its place among the session's exchanges. */
export interface ModelCall {
  readonly lane: string;
  readonly ordinal: number;
}

export interface SavedStep {
  /** Counts the session's runs from 1. */
  readonly run: number;
  /** Of a sub-agent's run: its number among those that work for that run. */
  readonly sub?: number;
  readonly step: StepName;
}

/** What a session left in the harness. */
export interface SessionObservation {
  readonly sessionId: string;
  /** One for each message, in order. */
  readonly outcomes: readonly RunOutcome[];
  readonly events: readonly SessionEvent[];
  /** What the log held when the session was cleared, as far as this life has seen it; absent where that is nothing. */
  readonly cleared?: readonly SessionEvent[];
  readonly deltas: readonly TextDelta[];
  readonly records: readonly SessionRecord[];
  /** What people were asked, oldest first; absent where nobody looked. */
  readonly approvals?: readonly Approval[];
  /** Of the session, oldest first; absent where nobody looked. */
  readonly audit?: readonly Pick<AuditRow, 'key' | 'action' | 'subject'>[];
  /** Model calls of all lives, in order, each as often as it was made. */
  readonly modelCalls: readonly ModelCall[];
  readonly pendingRuns: readonly string[];
  readonly savedSteps: readonly SavedStep[];
}

/** All that the session's runs have told: what was cleared has happened all the same. */
export const toldIn = ({
  cleared = [],
  events,
}: Pick<SessionObservation, 'cleared' | 'events'>): readonly SessionEvent[] => [
  ...cleared,
  ...events,
];

/** All that can be seen of a session when it is over: what it left in the harness and in the world. */
export interface Observation extends SessionObservation {
  readonly world: Business;
  readonly ledger: readonly LedgerEntry[];
}
