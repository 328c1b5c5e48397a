import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { Host } from '../host/host.ts';
import type { TokenCounter } from '../memory/count-tokens.ts';
import {
  MemoryUnreadableError,
  type Remembered,
  type SummaryStore,
} from '../memory/summary-store.ts';
import type { AuditStore } from '../safety/audit.ts';
import type { Limit, LimitStore } from '../safety/limits.ts';
import type { Admitted } from '../session/admission.ts';
import type { ApprovalStore } from '../session/approval.ts';
import type { Fact, Failure, SessionEvent } from '../session/event.ts';
import type { RunControl } from '../session/run-control.ts';
import type { RunBody, RunOutcome, RunRequest, Steps } from '../session/runner.ts';
import type { SessionLives } from '../session/session-expiry.ts';
import { expiryPlace } from '../session/session-expiry.ts';
import type { SessionFeed } from '../session/session-feed.ts';
import { openSessionLog } from '../session/session-log.ts';
import type { SessionStore } from '../session/session-store.ts';
import { isSubRun } from '../session/sub-run.ts';
import type { AgentTeam } from './agent-team.ts';
import { resultCache } from './dispatch/result-cache.ts';
import { type RunBudget, runMeter } from './dispatch/run-meter.ts';
import { type Exchanges, placesOf } from './exchanges.ts';
import { flagInjections } from './flag-injections.ts';
import type { Run, RunOutside } from './run-agent.ts';
import type { OutputGuard } from './withhold-turn.ts';

/** What a run is given besides its message. */
export interface SessionParts {
  readonly team: AgentTeam;
  readonly model: LanguageModelV4;
  readonly store: SessionStore;
  readonly feed: SessionFeed;
  readonly host: Host;
  readonly exchanges: Exchanges;
  readonly approvals: ApprovalStore;
  readonly control: RunControl;
  readonly audit: AuditStore;
  readonly limits: LimitStore;
  readonly limitRules: readonly Limit[];
  readonly output: OutputGuard | undefined;
  /** Takes a run from its opening to its end. */
  readonly conduct: (run: Run, outside: RunOutside) => Promise<RunOutcome>;
  readonly budget: RunBudget;
  readonly lives: SessionLives;
  /** Absent where contexts have no budget. */
  readonly memory?: SessionMemory;
}

/** How the contexts of a harness are kept within a budget. */
export interface SessionMemory {
  readonly budgetTokens: number;
  readonly counter: TokenCounter;
  readonly model: LanguageModelV4 | undefined;
  readonly summaries: SummaryStore;
}

/** Saved as the result of the run's first step: what a recovered run must not find out anew. */
interface Reception extends Admitted {
  /** Milliseconds since the epoch: the run's own time. */
  readonly receivedAt: number;
  readonly traceId: string;
}

const receptionStep = 'receive-message';

/** A message becomes a run: it is received once, waits for the run before it, and is answered by the agent in charge. */
export function sessionRun(shared: SessionParts): RunBody {
  const { store, feed, host, team } = shared;
  return async (request, steps) => {
    const parts = { ...shared, exchanges: flagInjections(shared.exchanges, request, host.log) };
    const reception = await receive(request, steps, parts);
    // What is not this run's to enter holds nothing of it: only its outcome says that it was refused.
    if ('refused' in reception) {
      return { kind: 'failed', agent: team.entry, error: reception.refused };
    }
    if (reception.previousRunId !== null) await steps.settled(reception.previousRunId);
    const log = openSessionLog(request, { store, feed, clock: host.clock });
    const recalled = await recall(request, parts.memory);
    if ('refused' in recalled) {
      const [agent, error] = [team.entry, recalled.refused];
      await log.append(receptionStep, openingFacts(request, reception, agent));
      await log.append('end', [{ type: 'run-failed', agent, error }]);
      return { kind: 'failed', agent, error };
    }
    const { remembered } = recalled;
    const uptoSeq = remembered?.uptoSeq ?? 0;
    const before = await eventsBefore(request, { ...reception, uptoSeq }, store);
    const history = before.map(({ fact }) => fact);
    const takenBy = readerOf(request, before, remembered);
    if (takenBy !== undefined) {
      await log.append('end', [{ type: 'run-steered', takenBy }]);
      return { kind: 'steered', takenBy };
    }
    const entry = team.get(agentInCharge(history) ?? remembered?.kept.agent ?? team.entry);
    const opening = openingFacts(request, reception, entry.name);
    await log.append(receptionStep, opening);
    const run: Run = {
      request,
      receivedAt: reception.receivedAt,
      runOrdinal: reception.runOrdinal,
      history: [...history, ...opening],
      entry,
      team,
      model: parts.model,
      log,
      steps,
      meter: runMeter(parts.budget),
      cache: resultCache(),
      places: placesOf(String(reception.runOrdinal)),
      ...(parts.memory === undefined
        ? {}
        : {
            memory: {
              ...parts.memory,
              remembered,
              readEvents: async (after: number) =>
                (await store.readEvents(request.sessionId, after)).filter(
                  ({ runId }) => !isSubRun(runId),
                ),
            },
          }),
    };
    return parts.conduct(run, parts);
  };
}

function receive(
  { runId, text, principal, mode }: RunRequest,
  steps: Steps,
  { host, exchanges }: SessionParts,
): Promise<Reception | { readonly refused: Failure }> {
  return steps.transact(receptionStep, async (transaction) => {
    const admission = await transaction.admitRun({ runId, principal });
    if ('refused' in admission) return admission;
    const lane = String(admission.runOrdinal);
    const message = { text, principal, ...(mode === undefined ? {} : { mode }) };
    exchanges.message({ lane, ordinal: 0 }, message);
    const receivedAt = exchanges.clock({ lane, ordinal: 1 }, host.clock.now);
    if (mode === 'steer') {
      const { runOrdinal } = admission;
      await transaction.offerSteering({
        messageId: runId,
        runOrdinal,
        text,
        principal,
        receivedAt,
      });
    }
    return {
      ...admission,
      receivedAt,
      traceId: exchanges.dice({ lane, ordinal: 2 }, () => host.random.hex(16)),
    };
  });
}

/** What earlier runs remember. What is in a form that this version does not know is refused, and not taken for nothing. */
async function recall(
  { sessionId, runId }: RunRequest,
  memory: SessionMemory | undefined,
): Promise<{ readonly remembered: Remembered | undefined } | { readonly refused: Failure }> {
  try {
    return { remembered: await memory?.summaries.latestBefore(sessionId, runId) };
  } catch (error) {
    if (!(error instanceof MemoryUnreadableError)) throw error;
    // It stands in the session's own log, which is the same under any name.
    const message = `Version ${error.version} of what the session remembers is not in a form this version reads.`;
    return { refused: { code: error.code, message } };
  }
}

/** What the runs before this one told. They have all settled, so reading it outside a step is the same every time. */
async function eventsBefore(
  { sessionId, runId }: RunRequest,
  { runOrdinal, uptoSeq }: Admitted & { readonly uptoSeq: number },
  store: SessionStore,
): Promise<readonly SessionEvent[]> {
  if (runOrdinal === 1) return [];
  const events = await store.readEvents(sessionId, uptoSeq);
  // That the session is over may be told at any moment, and is nothing to a run that it has taken before.
  return events.filter(
    (event) => event.runId !== runId && event.runId !== expiryPlace.runId && !isSubRun(event.runId),
  );
}

/** The run that has read this run's message, if one has. What is still to be answered was read by the run before this one. */
function readerOf(
  { runId }: RunRequest,
  before: readonly SessionEvent[],
  remembered: Remembered | undefined,
): string | undefined {
  const isIt = (fact: Fact): boolean => fact.type === 'message-steered' && fact.messageId === runId;
  const reader = before.find(({ fact }) => isIt(fact));
  if (reader !== undefined || !remembered?.kept.unanswered.some(isIt)) return reader?.runId;
  return remembered.runId;
}

function openingFacts(
  { text, principal }: RunRequest,
  { receivedAt, traceId, migrated }: Reception,
  agent: string,
): readonly Fact[] {
  return [
    { type: 'message-received', text, principal, receivedAt },
    { type: 'run-started', agent, traceId },
    ...(migrated === undefined ? [] : [{ type: 'state-migrated' as const, ...migrated }]),
  ];
}

/** Who spoke last in the session goes on speaking. */
function agentInCharge(history: readonly Fact[]): string | undefined {
  const change = history.findLast(
    (fact) => fact.type === 'handed-off' || fact.type === 'run-started',
  );
  if (change === undefined) return undefined;
  return change.type === 'handed-off' ? change.to : change.agent;
}
