import { setTimeout as sleep } from 'node:timers/promises';
import {
  durableBacking,
  type ExchangePlace,
  type Exchanges,
  type Harness,
  type Host,
  isSubRun,
  openHarnessDatabase,
  type StepObserver,
  systemHost,
} from '#harness';
import { scriptedModel } from '#harness/testing';
import { formatDivergence, readRecording } from '#recordings';
import { mutantNamed } from '../mutants/mutant-named.ts';
import { openModel } from '../scenario/open-model.ts';
import { openHarness, playSession } from '../scenario/play-session.ts';
import { playInMemoryLoop } from '../subjects/in-memory-loop.ts';
import { locateScenario } from '../suites/locate-scenario.ts';
import { crashInjector, crashingStore } from './crash-injector.ts';
import { openEvidence } from './evidence.ts';
import { observedSessionSchema } from './observed-session.ts';
import type { WorkerOrder } from './worker-order.ts';

// What a worker does with a life: it plays a scenario on a durable harness, with the model replayed and the tools live
// against the world. In a later life on the same database it recovers by itself: no message is sent that was sent before.

const recoveryPollingMs = 5;
/** How long a second server looks around for work before it says that there is none: several looks of each kind. */
const looksAroundMs = 500;

/** What may happen to a worker at its crash point. */
export interface Faults {
  readonly kill: () => never;
  readonly stop: () => void;
}

/** One life: from the start of the process to the end of the session, or to the crash point, where `die` is called. */
export async function liveOnce(order: WorkerOrder, faults: Faults): Promise<void> {
  const tell = openEvidence(order.evidence);
  tell({ kind: 'life', life: order.life });
  await livesOf[order.subject](order, faults, tell);
}

type Life = (
  order: WorkerOrder,
  faults: Faults,
  tell: ReturnType<typeof openEvidence>,
) => Promise<void>;

const liveInMemory: Life = async ({ life, sessionId, worldUrl, crash, ...order }, faults, tell) => {
  const { scenario } = await locateScenario(order.scenario);
  const die = (at: { readonly runId: string; readonly step: string }): void => {
    tell({ kind: 'landed', life, ...at });
    faults[order.fault]();
  };
  const session = await playInMemoryLoop(scenario, {
    worldUrl,
    sessionId,
    model: scriptedModel(scenario.playbooks.gold),
    ...(crash === undefined ? {} : { observer: crashInjector(crash, { die }) }),
    onModelCall: (call) => tell({ kind: 'model-call', life, ...call }),
  });
  tell({ kind: 'session', life, session: observedSessionSchema.parse(session) });
};

const liveDurably: Life = async (order, faults, tell) => {
  const { life, executorId, application, sessionId, worldUrl, crash } = order;
  const { scenario } = await locateScenario(order.scenario);
  const recording = await readRecording(order.recording);
  await using database = await openHarnessDatabase(order.database);
  const injection = {
    die: ({ runId, step }: { readonly runId: string; readonly step: string }) => {
      tell({ kind: 'landed', life, runId, step });
      faults[order.fault]();
    },
  };
  const watch = watchSteps({
    injector: crash && crashInjector(crash, injection),
    onSaved: (runId, step) => {
      if (isSubRun(runId)) tell({ kind: 'saved', life, runId, step });
    },
  });
  await using opened = await openModel(scenario, {
    kind: 'recorded',
    recording,
    // A life that took up a session where another died asks only for what was not saved.
    unconsumed: life === 1 && order.role === 'plays' ? 'diverge' : 'allow',
  });
  const mutant = order.mutant === undefined ? undefined : mutantNamed(order.mutant);
  const identity = { application, version: application, executorId };
  const backing = await durableBacking({
    database,
    // An application of its own: a recovered run is taken up by whichever process of its application asks first, and
    // the workers of a sweep share a database.
    identity: mutant?.identify?.(identity) ?? identity,
    recoveryPollingMs,
    ...(order.takeOverEveryMs === undefined ? {} : { takeOverEveryMs: order.takeOverEveryMs }),
  });
  const { store } = backing;
  const options = {
    worldUrl,
    sessionId,
    backing: crash ? { ...backing, store: crashingStore(store, crash, injection) } : backing,
    host: unhurriedHost(),
    observer: watch.observer,
    model: opened.model,
    exchanges: (inner: Exchanges) =>
      announceModelCalls(opened.exchanges(inner), (place) => {
        const runId = `${sessionId}/${runIn(place)}`;
        tell({ kind: 'model-call', life, runId, step: watch.stepOf(runId), ...place });
      }),
    ...(mutant === undefined ? {} : { mutant }),
  };
  if (order.role === 'beside') {
    const harness = await openHarness(scenario, options, []);
    await untilIdle(harness);
    tell({ kind: 'ready', life });
    // Open for as long as the process lives: it is killed.
    await new Promise<never>(() => undefined);
  }
  const session = await playSession(scenario, options);
  const { divergence } = opened.replay()?.finish(session.events) ?? {};
  tell({
    kind: 'session',
    life,
    session: observedSessionSchema.parse(session),
    ...(divergence === undefined ? {} : { divergence: formatDivergence(divergence) }),
  });
};

/** Until it has looked around for a while, and has done what it took up. */
async function untilIdle(harness: Pick<Harness, 'pendingRuns'>): Promise<void> {
  do await sleep(looksAroundMs);
  while ((await harness.pendingRuns()).length > 0);
}

const livesOf: Readonly<Record<WorkerOrder['subject'], Life>> = {
  harness: liveDurably,
  'in-memory-loop': liveInMemory,
};

/** By this clock pieces of text come so slowly that none waits for the next: each is stored by itself. */
function unhurriedHost(): Host {
  const host = systemHost();
  let readings = 0;
  const now = (): number => {
    readings += 1;
    return host.clock.now() + readings * 100;
  };
  return { ...host, clock: { ...host.clock, now } };
}

/** Which run a place is of: `1`, or `1~2` for its second sub-agent. */
const runIn = ({ lane }: ExchangePlace): string => lane.split('/')[0]?.replace('.', '~') ?? '';

/** Knows which step a run is at, so that a model call can be laid at its door: the steps of a run follow each other. */
function watchSteps({
  injector,
  onSaved,
}: {
  readonly injector: StepObserver | undefined;
  readonly onSaved: (runId: string, step: string) => void;
}): {
  readonly observer: StepObserver;
  readonly stepOf: (runId: string) => string;
} {
  const current = new Map<string, string>();
  return {
    stepOf: (runId) => current.get(runId) ?? '',
    observer: {
      before: (runId, step) => {
        current.set(runId, step);
        injector?.before(runId, step);
      },
      inside: (runId, step) => injector?.inside(runId, step),
      after: (runId, step) => {
        onSaved(runId, step);
        injector?.after(runId, step);
      },
    },
  };
}

function announceModelCalls(
  exchanges: Exchanges,
  announce: (place: ExchangePlace) => void,
): Exchanges {
  return {
    ...exchanges,
    model: (place, model) => {
      announce(place);
      return exchanges.model(place, model);
    },
  };
}
