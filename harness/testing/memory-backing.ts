import type { Backing } from '../create-harness.ts';
import { fingerprint } from '../host/fingerprint.ts';
import { type Host, systemHost } from '../host/host.ts';
import { MessageIdTakenError } from '../session/message-id-taken-error.ts';
import { ReadOnlyError } from '../session/read-only-error.ts';
import type {
  RunBody,
  Runner,
  RunOutcome,
  RunRequest,
  StepObserver,
  Steps,
} from '../session/runner.ts';
import type { SessionTransaction } from '../session/session-store.ts';
import { whileOpen } from '../session/while-open.ts';
import { memoryApprovalStore } from './memory-approval-store.ts';
import { memoryAuditStore } from './memory-audit-store.ts';
import { memoryClearStore } from './memory-clear-store.ts';
import { memoryExpiryStore } from './memory-expiry-store.ts';
import { memoryLimitStore } from './memory-limit-store.ts';
import { memoryRunControl } from './memory-run-control.ts';
import { type MemoryStore, memoryStore } from './memory-store.ts';
import { memorySummaryStore } from './memory-summary-store.ts';

/** A backing without a database: the same loop at the speed of memory, for replay and tests. It survives nothing. */
export function memoryBacking(
  host: Host = systemHost(),
): Backing & { readonly store: MemoryStore } {
  const limits = memoryLimitStore();
  const store = memoryStore(host.clock.now, limits);
  const approvals = memoryApprovalStore();
  const audit = memoryAuditStore();
  const summaries = memorySummaryStore();
  return {
    store,
    approvals,
    control: memoryRunControl(store),
    audit,
    clearing: memoryClearStore({ store, approvals, audit, summaries }),
    expiry: memoryExpiryStore(store, host.clock.now),
    limits,
    summaries,
    isReachable: async () => true,
    openRunner: async (body, observer) => memoryRunner({ body, observer, store }),
  };
}

function memoryRunner(parts: {
  readonly body: RunBody;
  readonly observer: StepObserver;
  readonly store: MemoryStore;
}): Runner {
  const requests = new Map<string, RunRequest>();
  const runs = new Map<string, Promise<RunOutcome>>();
  const saved = new Map<string, string[]>();
  const pending = new Set<string>();
  let isClosed = false;
  const outcome = (runId: string): Promise<RunOutcome> => {
    const run = runs.get(runId);
    return run ?? Promise.reject(new RangeError(`there is no run ${runId}`));
  };
  const start = (request: RunRequest): void => {
    const earlier = requests.get(request.runId);
    if (earlier !== undefined) {
      if (fingerprint(earlier) === fingerprint(request)) return;
      throw new MessageIdTakenError(request.runId);
    }
    requests.set(request.runId, request);
    pending.add(request.runId);
    saved.set(request.runId, []);
    const steps = memorySteps(request, {
      ...parts,
      start,
      outcome,
      saved,
      isClosed: () => isClosed,
    });
    const run = parts.body(request, steps).finally(() => pending.delete(request.runId));
    // Whoever asks for the outcome is told of the error; nobody asking is no crash.
    run.catch(() => undefined);
    runs.set(request.runId, run);
  };
  return {
    start: async (request) => start(request),
    outcome,
    runsOf: async (sessionId) =>
      [...requests.values()]
        .filter((request) => request.sessionId === sessionId)
        .map(({ runId }) => ({ runId, isSettled: !pending.has(runId) })),
    isKnown: async (runId) => runs.has(runId),
    pendingRuns: async () => [...pending],
    strandedRuns: async () => [],
    recoveredRuns: () => 0,
    savedSteps: async (runId) => saved.get(runId) ?? [],
    close: async () => {
      isClosed = true;
    },
  };
}

function memorySteps(
  { runId, sessionId, delegation }: RunRequest,
  runner: {
    readonly observer: StepObserver;
    readonly store: MemoryStore;
    readonly saved: ReadonlyMap<string, string[]>;
    readonly start: (request: RunRequest) => void;
    readonly outcome: (runId: string) => Promise<RunOutcome>;
    readonly isClosed: () => boolean;
  },
): Steps {
  const { observer, store } = runner;
  const observed = async <Result>(name: string, body: () => Promise<Result>): Promise<Result> => {
    observer.before(runId, name);
    const result = throughJson(await whileOpen(body(), runner.isClosed));
    observer.inside(runId, name);
    runner.saved.get(runId)?.push(name);
    observer.after(runId, name);
    return result;
  };
  return {
    run: observed,
    transact: (name, body) =>
      observed(name, () =>
        store.transact(sessionId, (transaction) =>
          body(delegation === undefined ? transaction : readOnly(transaction)),
        ),
      ),
    delegate: async (others) => {
      for (const other of others) runner.start(other);
      return Promise.all(others.map(({ runId: other }) => runner.outcome(other)));
    },
    settled: async (other) => {
      await runner.outcome(other).catch(() => undefined);
    },
  };
}

/** What a database's role for sub-agents comes to. */
function readOnly(transaction: SessionTransaction): SessionTransaction {
  return { ...transaction, put: () => Promise.reject(new ReadOnlyError()) };
}

/** A saved result has been through JSON; one that was never saved is put through it too, so that both are the same. */
const throughJson = <Result>(result: Result): Result => JSON.parse(JSON.stringify(result));
