import type { LanguageModelV4 } from '@ai-sdk/provider';
import { assembleTeam } from './agent/agent-team.ts';
import { noteDecision } from './agent/audit-call.ts';
import type { Agent } from './agent/define-agent.ts';
import type { RunBudget } from './agent/dispatch/run-meter.ts';
import { clearPlace, type Exchanges, openExchanges } from './agent/exchanges.ts';
import type { SessionMemory } from './agent/run-session.ts';
import type { OutputGuard } from './agent/withhold-turn.ts';
import { type HarnessReaders, harnessReaders } from './harness-readers.ts';
import { type Host, systemHost } from './host/host.ts';
import { createTokenCounter, loadTokenizer } from './memory/count-tokens.ts';
import type { SummaryStore } from './memory/summary-store.ts';
import type { AuditStore } from './safety/audit.ts';
import {
  type Cleared,
  type ClearRequest,
  type ClearStore,
  clearSession,
} from './safety/clear-session.ts';
import type { Limit, LimitStore } from './safety/limits.ts';
import { redactText } from './safety/redact.ts';
import { redactedDesk } from './safety/redacted-desk.ts';
import type { ApprovalStore } from './session/approval.ts';
import { type ApprovalDesk, approvalDesk } from './session/approval-desk.ts';
import { boundedText } from './session/bounded-text.ts';
import type { Principal } from './session/event.ts';
import type { RunControl } from './session/run-control.ts';
import {
  type RunBody,
  type Runner,
  type RunOutcome,
  type StepName,
  type StepObserver,
  type StrandedRun,
  silentObserver,
} from './session/runner.ts';
import {
  type ExpiryStore,
  SessionExpiredError,
  type SessionExpiry,
  type SessionLives,
  sessionLives,
} from './session/session-expiry.ts';
import { createSessionFeed } from './session/session-feed.ts';
import type { SessionStore } from './session/session-store.ts';
import { runsOf } from './supervision/conduct-run.ts';
import { loggedStore } from './telemetry/logged-store.ts';
import type { ToolDirectory } from './tools/tool-directory.ts';

/** What a harness stands on: where sessions are kept and how runs are run. */
export interface Backing {
  readonly store: SessionStore;
  readonly approvals: ApprovalStore;
  readonly control: RunControl;
  readonly audit: AuditStore;
  readonly limits: LimitStore;
  readonly clearing: ClearStore;
  readonly summaries: SummaryStore;
  readonly expiry: ExpiryStore;
  /** Whether what sessions are kept in answers. */
  readonly isReachable: () => Promise<boolean>;
  /** Starts running: runs that an earlier life left unfinished go on. Called once. */
  readonly openRunner: (body: RunBody, observer: StepObserver, host: Host) => Promise<Runner>;
}

/** How the context of a model is kept within a budget. */
export interface MemoryOptions {
  /** Tokens that one request may have, instructions and tools with it. There is no default: it depends on model and purse. */
  readonly budgetTokens: number;
  /** Writes the summaries; the model of the harness where it is absent. */
  readonly summariser?: LanguageModelV4;
}

export interface HarnessOptions {
  readonly agents: readonly Agent[];
  /** Name of the agent that new sessions begin with. */
  readonly entry: string;
  readonly model: LanguageModelV4;
  readonly backing: Backing;
  readonly host?: Host;
  /** What tool calls, and by the unit `tokens` model turns, fall under, per tool, principal or tenant; none by default. */
  readonly limits?: readonly Limit[];
  /** What must not get out: a turn that says it is withheld and ends its run. Nothing is looked for by default. */
  readonly output?: OutputGuard;
  /** What one run may use at most. */
  readonly budget?: RunBudget;
  /** Keeps what models are shown within a budget; without it they are shown everything that was ever said. */
  readonly memory?: MemoryOptions;
  /** When sessions end by themselves; by default they do not. */
  readonly expiry?: SessionExpiry;
  /** Told of every step's three moments. */
  readonly observer?: StepObserver;
  /** What stands between the runs and the world outside; open by default. */
  readonly exchanges?: Exchanges;
}

/** A person's message. Delivered twice with one `messageId`, it is one run. */
export interface IncomingMessage {
  readonly sessionId: string;
  /** Chosen by the client, unique among all messages; it names the run. */
  readonly messageId: string;
  readonly text: string;
  readonly principal: Principal;
  /**
   * What it is to a run that is in progress. `queue`, the default: it waits for it. `steer`: the run reads it before its next
   * model turn, and begins no effect before; if it reads nothing more, the message is answered in its turn.
   */
  readonly mode?: 'queue' | 'steer';
}

/** What it reads by itself, it reads as the runtime, of every tenant. */
export interface Harness extends HarnessReaders {
  /**
   * Returns the run's id once the message is stored durably; the run goes on by itself. Throws SessionExpiredError for a session
   * that is over, unless it has taken the message before.
   */
  readonly send: (message: IncomingMessage) => Promise<string>;
  /** Asks a run to end at its next step; what it has done by then stays done, and its end says so. */
  readonly cancel: (sessionId: string, runId: string) => Promise<void>;
  /**
   * Takes away all that was said in a session, and begins its next epoch. Throws SessionBusyError or ApprovalPendingError, unless
   * by `force`: then what is in progress is cancelled first.
   */
  readonly clear: (request: ClearRequest) => Promise<Cleared>;
  /** The tools its agents have. */
  readonly tools: ToolDirectory;
  /** Every decision about who might do what, chained. */
  readonly audit: Pick<AuditStore, 'read' | 'tenants'>;
  /** What waits for a person. */
  readonly approvals: ApprovalDesk;
  /** Resolves when the run has settled. */
  readonly outcome: (runId: string) => Promise<RunOutcome>;
  /** Makes a session that is not there the principal's. Returns whose it is, which may be another's. */
  readonly claim: (sessionId: string, principal: Principal) => Promise<Principal>;
  /** Whether a message under this id was ever stored. */
  readonly isKnown: (runId: string) => Promise<boolean>;
  /** This process's runs that are neither done nor failed. */
  readonly pendingRuns: () => Promise<readonly string[]>;
  /** Unfinished runs that another version of the application began, and that this one does not take up. */
  readonly strandedRuns: () => Promise<readonly StrandedRun[]>;
  /** How many runs that an earlier life left unfinished this one has taken up so far. */
  readonly recoveredRuns: () => number;
  readonly savedSteps: (runId: string) => Promise<readonly StepName[]>;
  /** Whether its database answers. Runs wait for one that is away; everything else throws DatabaseAwayError meanwhile. */
  readonly isReachable: () => Promise<boolean>;
  readonly close: () => Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** Opens a harness: from here on messages become runs. Throws TeamInvalidError if the agents do not fit together. */
export async function createHarness(options: HarnessOptions): Promise<Harness> {
  const { agents, entry, model, backing } = options;
  const { host = systemHost(), observer = silentObserver, exchanges = openExchanges } = options;
  const { limits: limitRules = [], budget = {}, output } = options;
  const { approvals, control, audit, limits } = backing;
  const store = loggedStore(backing.store, host.log);
  const feed = createSessionFeed(store);
  const team = assembleTeam(agents, entry);
  const lives = sessionLives({
    expiry: backing.expiry,
    rules: options.expiry,
    feed,
    log: host.log,
  });
  const note = noteDecision(audit, host.clock);
  const runner = await backing.openRunner(
    runsOf({
      team,
      model,
      store,
      feed,
      host,
      exchanges,
      approvals,
      control,
      audit,
      limits,
      limitRules,
      output,
      budget,
      lives,
      ...(await openMemory(options)),
    }),
    observer,
    host,
  );
  return {
    send: (message) => send(message, { runner, lives }),
    cancel: control.requestCancel,
    clear: async (request) => {
      const { by, force = false } = request;
      const { clearing } = backing;
      const { clock } = host;
      const parts = { clearing, runner, approvals, control, audit, feed, clock };
      const cleared = await clearSession(request, parts);
      exchanges.cleared(clearPlace(cleared.epoch), { by, force });
      return cleared;
    },
    audit,
    tools: team.directory,
    approvals: redactedDesk(approvalDesk({ approvals, lives, clock: host.clock, note })),
    outcome: runner.outcome,
    ...harnessReaders(store, feed),
    claim: store.claim,
    isKnown: runner.isKnown,
    pendingRuns: runner.pendingRuns,
    strandedRuns: runner.strandedRuns,
    recoveredRuns: runner.recoveredRuns,
    savedSteps: runner.savedSteps,
    isReachable: backing.isReachable,
    close: runner.close,
    [Symbol.asyncDispose]: runner.close,
  };
}

async function send(
  { messageId, text, sessionId, principal, mode }: IncomingMessage,
  { runner, lives }: { readonly runner: Runner; readonly lives: SessionLives },
): Promise<string> {
  const life = await lives.keepAlive(sessionId);
  if (life.kind === 'expired' && !(await runner.isKnown(messageId))) {
    throw new SessionExpiredError(sessionId, life.expiredAt);
  }
  // Before anything is kept of it.
  const { value: safe } = redactText(text, { profile: 'stored' });
  await runner.start({
    runId: messageId,
    sessionId,
    text: boundedText(safe),
    principal,
    ...(mode === 'steer' ? { mode } : {}),
  });
  return messageId;
}

async function openMemory({
  memory,
  backing,
}: HarnessOptions): Promise<{ readonly memory?: SessionMemory }> {
  if (memory === undefined) return {};
  const { budgetTokens, summariser: model } = memory;
  const counter = createTokenCounter(await loadTokenizer());
  return { memory: { budgetTokens, model, counter, summaries: backing.summaries } };
}
