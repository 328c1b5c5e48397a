import type { LogFields } from '../host/log-line.ts';
import type { Fact, SessionEvent } from '../session/event.ts';

/** What the lines of a run have in common with those before them. */
export interface RunThread {
  /** When the run's latest event was stored, milliseconds since the epoch. */
  readonly storedAt?: number;
  /** Who speaks. */
  readonly agent?: string;
  /** Who asked for each call that has been asked for. */
  readonly callers: Readonly<Record<string, string>>;
}

export const emptyThread: RunThread = { callers: {} };

/** What the log says of an event: who did what where, how long it took, what it cost, and nothing that was said. */
export function lineFields(event: SessionEvent, thread: RunThread): LogFields {
  const { sessionId, runId, step, seq, storedAt, fact } = event;
  const agent = agentOf(fact, thread);
  return {
    sessionId,
    runId,
    step,
    seq,
    ...(agent === undefined ? {} : { agent }),
    ...(thread.storedAt === undefined ? {} : { latencyMs: storedAt - thread.storedAt }),
    ...factFields(fact),
  };
}

export function threadBehind({ fact, storedAt }: SessionEvent, thread: RunThread): RunThread {
  const agent = fact.type === 'handed-off' ? fact.to : (agentIn(fact) ?? thread.agent);
  return {
    storedAt,
    ...(agent === undefined ? {} : { agent }),
    callers:
      fact.type === 'tool-requested'
        ? { ...thread.callers, [fact.callId]: fact.agent }
        : thread.callers,
  };
}

function agentOf(fact: Fact, { agent, callers }: RunThread): string | undefined {
  if (fact.type === 'handed-off') return fact.from;
  return agentIn(fact) ?? ('callId' in fact ? callers[fact.callId] : undefined) ?? agent;
}

const agentIn = (fact: Fact): string | undefined => ('agent' in fact ? fact.agent : undefined);

function factFields(fact: Fact): LogFields {
  switch (fact.type) {
    case 'output-withheld':
      return { kinds: fact.codes };
    case 'run-started':
      return { traceId: fact.traceId };
    case 'model-turn-completed':
      return { finishReason: fact.finishReason, ...fact.usage };
    case 'memory-compacted': {
      const { tokensBefore, tokensAfter, prefixLost, usage } = fact;
      return { tokensBefore, tokensAfter, prefixLost, ...usage };
    }
    case 'tool-completed': {
      const { tool, callId, cached } = fact;
      return { tool, callId, ...(cached === undefined ? {} : { cached }) };
    }
    case 'tool-requested':
    case 'approval-requested':
      return { tool: fact.tool, callId: fact.callId };
    case 'approval-decided':
      return { tool: fact.tool, callId: fact.callId, verdict: fact.verdict };
    case 'tool-failed':
      return { tool: fact.tool, callId: fact.callId, errorCode: fact.error.code };
    case 'handed-off':
      return { to: fact.to };
    case 'run-failed':
    case 'sub-agent-failed':
      return { errorCode: fact.error.code };
    case 'tools-changed':
      return { count: Object.keys(fact.versions).length };
    case 'state-migrated':
      return { from: String(fact.from), to: String(fact.to) };
    case 'plan-made':
    case 'answer-refused':
    case 'synthesis-made':
      return { ...fact.usage };
    case 'plan-abandoned':
    case 'sub-agent-started':
    case 'sub-agent-completed':
    case 'findings-gathered':
    case 'message-received':
    case 'message-steered':
    case 'run-steered':
    case 'run-completed':
    case 'run-cancelled':
    case 'session-cleared':
    case 'session-expired':
      return {};
  }
}
