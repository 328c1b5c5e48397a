import {
  type Backing,
  createHarness,
  durableBacking,
  type Harness,
  type RunOutcome,
} from '#harness';
import { scriptedModel } from '#harness/testing';
import type { Bar } from '../bars/bar.ts';
import { databaseMeter, type Meter } from '../measure/meter.ts';
import type { Arm, ArmGroup } from './arm.ts';
import { type BackendName, type BenchDatabase, openBackend } from './open-backend.ts';
import { errands, payload, prober, probing } from './prober.ts';
import { createRunClock, type RunClock } from './run-clock.ts';
import { sampleSteps } from './sample-steps.ts';

// What a durable step costs beside one INSERT through the same pool, and beside the same step written by hand over DBOS.
//
//   B1. The floor stores the same bytes that a step saves, in one statement with its own commit.
//   B2. Only steps are timed, and those only that a run takes when it is well under way: starting a run, its first steps on
//       a connection that did something else before, and settling it happen outside the clock.
//   B3. All kinds of run go over one launched DBOS, one pool and one configuration, as DBOS is one per process.
//   B4. Nothing polls while it is measured, so every statement counted is a step's.

/** So many INSERTs take about as long as a batch of steps: what else the machine does falls on both alike. */
const insertBatchSize = 300;
/** Longer than any bench. */
const neverPollMs = 3_600_000;

export interface DurableStepsOptions {
  /** PostgreSQL to use; without it one is started from the binaries found. */
  readonly databaseUrl?: string;
  /** Whether steps on PGlite are also measured beside an INSERT on PostgreSQL, which is what their bar is set against. */
  readonly besidePostgres?: boolean;
}

/** Opens a fresh database and a harness on it. */
export async function openDurableSteps(
  backend: BackendName,
  options: DurableStepsOptions,
): Promise<ArmGroup> {
  await using setUp = new AsyncDisposableStack();
  const { database } = setUp.use(await openBackend(backend, options));
  const meter = databaseMeter(database);
  const other =
    backend === 'pglite' && options.besidePostgres === true
      ? setUp.use(await openBackend('postgres', options)).database
      : undefined;
  const clock = createRunClock(meter);
  const identity = { application: 'groundhog-bench', version: '1', executorId: 'bench' };
  // Before the harness launches DBOS.
  const { handWrittenSteps } = await import('./hand-written.ts');
  const backing = await durableBacking({ database, identity, recoveryPollingMs: neverPollMs });
  const harness = setUp.use(
    await createHarness({
      agents: [prober],
      entry: prober.name,
      model: scriptedModel(probing),
      backing: withEmptyRuns(backing, { clock, meter }),
      observer: clock.observer,
    }),
  );
  const byHand = (name: string): Arm => ({
    name,
    includes: 'one DBOS.runStep with an empty body in a workflow without a harness, same pool',
    sample: () => handWrittenSteps({ meter, body: async () => payload }),
  });
  const floor = await insertArm(arms.insert, { database, meter });
  const reference =
    other && (await insertArm(arms.otherInsert, { database: other, meter: databaseMeter(other) }));
  const tearDown = setUp.move();
  return {
    on: backend,
    floor,
    cases: [
      ...(reference === undefined ? [] : [reference]),
      byHand(arms.byHand),
      byHand(arms.byHandAgain),
      {
        name: arms.step,
        includes: 'one steps.run with an empty body, its result saved',
        sample: runOf(harness, emptyRun, clock),
      },
      {
        name: 'tool call',
        includes: 'one call within a run: the step, its checks, its event stored and published',
        sample: runOf(harness, errands.calls, clock),
      },
      {
        name: 'model turn',
        includes: 'a scripted model call and one tool call: two steps, their checks and events',
        sample: runOf(harness, errands.turns, clock),
      },
    ],
    bars: barsOf(backend, reference === undefined ? floor.name : reference.name),
    [Symbol.asyncDispose]: () => tearDown.disposeAsync(),
  };
}

const arms = {
  insert: 'INSERT',
  otherInsert: 'INSERT on PostgreSQL',
  byHand: 'DBOS step by hand',
  byHandAgain: 'DBOS step by hand, again',
  step: 'durable step',
} as const;

function barsOf(backend: BackendName, insert: string): readonly Bar[] {
  const step = { arm: arms.step, clock: 'cpuMs' } as const;
  return [
    backend === 'pglite'
      ? { ...step, id: 'D1', says: `a durable step beside ${insert}`, against: insert, limit: 5.5 }
      : { ...step, id: 'D2', says: `a durable step beside ${insert}`, against: insert, limit: 8 },
    {
      ...step,
      id: 'D3',
      says: 'a durable step beside one by hand',
      against: arms.byHand,
      limit: 1.1,
    },
    {
      ...step,
      id: 'D3 statements',
      says: 'statements of a durable step beside one by hand',
      clock: 'statements',
      against: arms.byHand,
      // DBOS asks a few statements of its own now and then, over a whole batch; one more in each step would be 1.14.
      limit: 1.01,
    },
    {
      id: 'A/A',
      says: 'the same step by hand twice: how far this machine can tell things apart',
      arm: arms.byHandAgain,
      against: arms.byHand,
      clock: 'cpuMs',
      limit: 1.1,
    },
  ];
}

async function insertArm(
  name: string,
  { database, meter }: { readonly database: BenchDatabase; readonly meter: Meter },
): Promise<Arm> {
  await database.pool.query('create table floor (id bigserial primary key, payload text not null)');
  return {
    name,
    includes: 'one statement with its own commit, 200 bytes, through our pool there',
    sample: async () => {
      const stop = meter();
      for (let index = 0; index < insertBatchSize; index += 1) {
        await database.pool.query('insert into floor (payload) values ($1)', [
          JSON.stringify(payload),
        ]);
      }
      return stop(insertBatchSize);
    },
  };
}

/** Each sample is a run in a session of its own, so that none has more history than another. */
function runOf(harness: Harness, text: string, clock: RunClock): Arm['sample'] {
  return async () => {
    const id = crypto.randomUUID();
    await harness.send({ sessionId: id, messageId: id, text, principal: nobody });
    clock.sent(id).resolve();
    await clock.settled(id).promise;
    const outcome = await harness.outcome(id);
    if (outcome.kind === 'failed') throw new Error(`${text} failed: ${outcome.error.message}`);
    return clock.take(id);
  };
}

const nobody = { id: 'bench', role: 'customer', tenant: 'bench' };
const emptyRun = 'Take empty steps.';

/** Runs of empty steps beside the harness's own: what the durable layer alone costs. */
function withEmptyRuns(
  backing: Backing,
  { clock, meter }: { readonly clock: RunClock; readonly meter: Meter },
): Backing {
  const emptySteps = async (runId: string, steps: Steps): Promise<RunOutcome> => {
    await clock.sent(runId).promise;
    clock.set(
      runId,
      await sampleSteps(meter, (index) => steps.run(`empty#${index}`, async () => payload)),
    );
    return { kind: 'answered', agent: prober.name, text: '' };
  };
  return {
    ...backing,
    openRunner: (body, observer, host) =>
      backing.openRunner(
        async (request, steps) => {
          try {
            return await (request.text === emptyRun
              ? emptySteps(request.runId, steps)
              : body(request, steps));
          } finally {
            clock.settled(request.runId).resolve();
          }
        },
        observer,
        host,
      ),
  };
}

type Steps = Parameters<Parameters<Backing['openRunner']>[0]>[1];
