import type { SessionState } from '../client/protocol.ts';
import type { SessionEvent } from '../session/event.ts';
import { type RunState, readRunStates } from '../session/run-state.ts';

/** What a session's log comes to. */
export function sessionState(sessionId: string, events: readonly SessionEvent[]): SessionState {
  let agent: string | undefined;
  for (const { fact } of events) {
    if (fact.type === 'run-started') agent = fact.agent;
    if (fact.type === 'handed-off') agent = fact.to;
  }
  const { states } = readRunStates(events);
  return {
    sessionId,
    ...(agent === undefined ? {} : { agent }),
    lastSeq: events.at(-1)?.seq ?? 0,
    runs: [...states].map(([runId, state]) => ({ runId, status: statusOf(state) })),
  };
}

function statusOf(state: RunState): SessionState['runs'][number]['status'] {
  switch (state) {
    case 'completed':
    case 'failed':
    case 'cancelled':
    case 'steered':
      return state;
    case 'new':
    case 'received':
    case 'working':
    case 'waiting':
    case 'delegated':
    case 'reporting':
      return 'running';
  }
}
