import type { SessionState } from '../client/protocol.ts';
import type { SessionEvent } from '../session/event.ts';

type RunState = SessionState['runs'][number];

/** What a session's log comes to. */
export function sessionState(sessionId: string, events: readonly SessionEvent[]): SessionState {
  let agent: string | undefined;
  const runs = new Map<string, RunState['status']>();
  for (const { runId, fact } of events) {
    if (fact.type === 'session-cleared' || fact.type === 'session-expired') continue;
    if (!runs.has(runId)) runs.set(runId, 'running');
    if (fact.type === 'run-started') agent = fact.agent;
    if (fact.type === 'handed-off') agent = fact.to;
    if (fact.type === 'run-completed') runs.set(runId, 'completed');
    if (fact.type === 'run-failed') runs.set(runId, 'failed');
    if (fact.type === 'run-cancelled') runs.set(runId, 'cancelled');
    if (fact.type === 'run-steered') runs.set(runId, 'steered');
  }
  return {
    sessionId,
    ...(agent === undefined ? {} : { agent }),
    lastSeq: events.at(-1)?.seq ?? 0,
    runs: [...runs].map(([runId, status]) => ({ runId, status })),
  };
}
