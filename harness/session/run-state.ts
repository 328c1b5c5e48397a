import type { Fact, SessionEvent } from './event.ts';

// The life of a run, as its facts tell it. Nothing else says where a run stands: whoever asks reads the log by this table.

/**
 * Where a run stands. A person's run is received, works, waits for people and ends; a sub-agent's is delegated, and its end is
 * the report on what it came to (`reporting`).
 */
export type RunState =
  | 'new'
  | 'received'
  | 'working'
  | 'waiting'
  | 'delegated'
  | 'reporting'
  | RunEnd;
type RunEnd = 'completed' | 'failed' | 'cancelled' | 'steered';

type Told = Fact['type'];
type Moves = Readonly<Partial<Record<Told, RunState>>>;

/** What any agent tells while it works. */
const workOf = <State extends 'working' | 'delegated'>(state: State) => ({
  'tools-changed': state,
  'model-turn-completed': state,
  'memory-compacted': state,
  'output-withheld': state,
  'tool-requested': state,
  'tool-completed': state,
  'tool-failed': state,
});

/** From each state, the facts that may be told next and the state to which each leads. From an end nothing leads on. */
const transitions: Readonly<Record<RunState, Moves>> = {
  new: {
    'message-received': 'received',
    // The message was read by another run: this one has nothing to do.
    'run-steered': 'steered',
    'sub-agent-started': 'delegated',
  },
  received: { 'run-started': 'working' },
  working: {
    ...workOf('working'),
    'state-migrated': 'working',
    'message-steered': 'working',
    'handed-off': 'working',
    'plan-made': 'working',
    'answer-refused': 'working',
    'plan-abandoned': 'working',
    'findings-gathered': 'working',
    'synthesis-made': 'working',
    'approval-requested': 'waiting',
    'run-completed': 'completed',
    'run-failed': 'failed',
    'run-cancelled': 'cancelled',
  },
  waiting: { 'approval-decided': 'working' },
  delegated: {
    ...workOf('delegated'),
    'run-completed': 'reporting',
    'run-failed': 'reporting',
    'run-cancelled': 'reporting',
  },
  reporting: { 'sub-agent-completed': 'completed', 'sub-agent-failed': 'failed' },
  completed: {},
  failed: {},
  cancelled: {},
  steered: {},
};

/** Facts of the session, which no run tells. */
const sessionFacts: readonly Told[] = ['session-cleared', 'session-expired'];

/** A fact that a run told in a state from which it does not lead on. */
export interface IllegalTransition {
  readonly runId: string;
  readonly seq: number;
  readonly from: RunState;
  readonly told: Told;
  /** What might have been told instead; nothing after an end. */
  readonly legal: readonly string[];
}

/** Where the runs of a log stand, in the order in which they first told something, and what none of them may have told. */
export function readRunStates(events: readonly SessionEvent[]): {
  readonly states: ReadonlyMap<string, RunState>;
  readonly illegal: readonly IllegalTransition[];
} {
  const states = new Map<string, RunState>();
  const illegal: IllegalTransition[] = [];
  for (const { runId, seq, fact } of events) {
    if (sessionFacts.includes(fact.type)) continue;
    const from = states.get(runId) ?? 'new';
    const moves = transitions[from];
    const to = moves[fact.type];
    states.set(runId, to ?? from);
    if (to !== undefined) continue;
    illegal.push({ runId, seq, from, told: fact.type, legal: Object.keys(moves) });
  }
  return { states, illegal };
}
