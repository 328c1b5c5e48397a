import {
  type Backing,
  type Clock,
  createHarness,
  type Exchanges,
  type FeedItem,
  type Harness,
  type HarnessOptions,
  type Host,
  type RunOutcome,
  runWorkedFor,
  type SessionEvent,
  type StepObserver,
  subRunId,
  systemHost,
} from '#harness';
import { memoryBacking } from '#harness/testing';
import type { ModelCall, SavedStep, SessionObservation } from '../checkers/observation.ts';
import type { Mutant } from '../mutants/mutant.ts';
import { clearAsCustomer } from './clear-as-customer.ts';
import { createCourier } from './courier.ts';
import type { Scenario } from './define-scenario.ts';
import { runIdOf } from './run-id-of.ts';
import { scenarioExchanges } from './scenario-exchanges.ts';
import { letPeopleDecide } from './scripted-people.ts';

export interface SessionOptions {
  /** In memory by default. */
  readonly backing?: Backing;
  readonly model: HarnessOptions['model'];
  /** The machine's own by default. */
  readonly host?: Host;
  /** Stands before the scenario's own exchanges: a recorder, a replayer. */
  readonly exchanges?: (inner: Exchanges) => Exchanges;
  readonly observer?: StepObserver;
  /** A defect to switch on. */
  readonly mutant?: Mutant;
  /** The scenario's id by default. The run of the n-th message is `<session>/<n>`. */
  readonly sessionId?: string;
  /** Told of events and text as a viewer of the session would be. */
  readonly onFeed?: (item: FeedItem) => void;
  /** Gives up waiting; the play is then rejected with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Plays a scenario's messages against the world at `worldUrl`, closes the harness and says what the session left in it.
 * Played again over the same backing after a crash it goes on: messages and answers that are there are not made anew.
 */
export async function playSession(
  scenario: Scenario,
  options: SessionOptions & { readonly worldUrl: string },
): Promise<SessionObservation> {
  const { sessionId = scenario.id, signal = new AbortController().signal } = options;
  signal.throwIfAborted();
  const modelCalls: ModelCall[] = [];
  const { clock } = options.host ?? systemHost();
  const courier = createCourier(scenario, { sessionId, clock });
  const backing = courier.watch(options.backing ?? memoryBacking());
  await using harness = await openHarness(scenario, { ...options, backing }, modelCalls);
  courier.employ(harness);
  const feed = followFeed(harness, sessionId, options.onFeed);
  const leaving = new AbortController();
  const people = letPeopleDecide(scenario, harness, {
    sessionId,
    clock,
    signal: leaving.signal,
  });
  try {
    // Whoever is at the desk never leaves it before the end, unless something is wrong there.
    const sent = sendMessages(harness, scenario, { sessionId, clock, signal });
    const { outcomes, cleared } = await Promise.race([sent, people.then(() => sent)]);
    const events = await harness.events(sessionId);
    return {
      sessionId,
      outcomes,
      ...(cleared.length === 0 ? {} : { cleared }),
      events,
      deltas: await harness.deltas(sessionId),
      records: await harness.records(sessionId),
      approvals: await harness.approvals.list(scenario.principal.tenant, sessionId),
      ...(await auditOf(harness, scenario, sessionId)),
      modelCalls,
      pendingRuns: await harness.pendingRuns(),
      savedSteps: await savedStepsOf(harness, sessionId, { runs: outcomes.length, events }),
    };
  } finally {
    leaving.abort();
    await people.catch(() => undefined);
    await feed.end();
  }
}

/** A harness for the scenario, its world at `worldUrl`. */
export function openHarness(
  scenario: Scenario,
  options: SessionOptions & { readonly worldUrl: string; readonly backing: Backing },
  modelCalls: ModelCall[],
): Promise<Harness> {
  const { worldUrl, backing, model, host, observer, mutant } = options;
  const { keeping = (inner) => inner, ...assembled } = scenario.subject.assemble({ worldUrl });
  const subject = { ...assembled, backing: keeping(backing) };
  const own = scenarioExchanges(scenario);
  const exchanges = options.exchanges?.(own) ?? own;
  return createHarness({
    ...subject,
    ...mutant?.apply({ ...subject, worldUrl }),
    model,
    exchanges: {
      ...exchanges,
      model: (place, inner) => {
        modelCalls.push(place);
        return exchanges.model(place, inner);
      },
    },
    ...(host === undefined ? {} : { host }),
    ...(observer === undefined ? {} : { observer }),
  });
}

async function sendMessages(
  harness: Harness,
  scenario: Scenario,
  {
    sessionId,
    clock,
    signal,
  }: { readonly sessionId: string; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<{
  readonly outcomes: readonly RunOutcome[];
  readonly cleared: readonly SessionEvent[];
}> {
  const { messages, principal } = scenario;
  const outcomes: RunOutcome[] = [];
  const cleared: SessionEvent[] = [];
  const clearBefore = async (index: number): Promise<void> => {
    const gone = clearAsCustomer(harness, scenario, { sessionId, index, clock });
    cleared.push(...(await unlessAborted(gone, signal)));
  };
  for (const [index, { text, mode = 'queue' }] of messages.entries()) {
    const messageId = runIdOf(sessionId, index + 1);
    // In a later life the message is there: it is recovery that must go on with it, not a second delivery. So is one that
    // was said during the run before; if that run never came to its step, it is said now.
    if (!(await harness.isKnown(messageId))) {
      await harness.send({ sessionId, messageId, text, principal, mode });
    }
    const next = messages[index + 1]?.clearedBefore;
    if (next === 'by-force') await clearBefore(index + 1);
    outcomes.push(await unlessAborted(harness.outcome(messageId), signal));
    if (next === 'idle') await clearBefore(index + 1);
  }
  return { outcomes, cleared };
}

/** What the audit says of a session that is cleared: looked at only there. */
async function auditOf(
  { audit }: Harness,
  { messages, principal: { tenant } }: Scenario,
  sessionId: string,
): Promise<Pick<SessionObservation, 'audit'>> {
  if (messages.every(({ clearedBefore }) => clearedBefore === undefined)) return {};
  const rows = await audit.read(tenant, 0);
  const own = rows.filter(({ key }) => key.includes(sessionId));
  return { audit: own.map(({ key, action, subject }) => ({ key, action, subject })) };
}

async function unlessAborted<Value>(value: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([value, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

async function savedStepsOf(
  harness: Harness,
  sessionId: string,
  { runs, events }: { readonly runs: number; readonly events: readonly SessionEvent[] },
): Promise<readonly SavedStep[]> {
  const steps: SavedStep[] = [];
  for (let run = 1; run <= runs; run += 1) {
    const runId = runIdOf(sessionId, run);
    steps.push(...(await harness.savedSteps(runId)).map((step) => ({ run, step })));
    const subAgents = events.filter(
      (event) => event.fact.type === 'sub-agent-started' && runWorkedFor(event.runId) === runId,
    ).length;
    for (let sub = 1; sub <= subAgents; sub += 1) {
      const saved = await harness.savedSteps(subRunId(runId, sub));
      steps.push(...saved.map((step) => ({ run, sub, step })));
    }
  }
  return steps;
}

function followFeed(
  harness: Harness,
  sessionId: string,
  onFeed: SessionOptions['onFeed'],
): { readonly end: () => Promise<void> } {
  if (onFeed === undefined) return { end: async () => undefined };
  const ending = new AbortController();
  const followed = (async () => {
    const items = harness.subscribe(sessionId, { after: 0, signal: ending.signal });
    for await (const item of items) onFeed(item);
  })();
  // An error of the viewer's is thrown by `end`, not where nobody waits for it yet.
  followed.catch(() => undefined);
  return {
    end: async () => {
      ending.abort();
      await followed;
    },
  };
}
