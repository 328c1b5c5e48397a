import { z } from 'zod';
import {
  type Backing,
  createHarness,
  defineAgent,
  definePrompt,
  defineTool,
  durableBacking,
  type Harness,
  type StepObserver,
} from '#harness';
import { hasTool, lastToolResult, type Playbook, scriptedModel } from '#harness/testing';
import type { Arm, ArmGroup } from './arm.ts';
import { type BackendName, openBackend } from './open-backend.ts';

// What a durable step costs beside one INSERT through the same pool.
//
//   B1. The floor stores the same bytes that a step saves, in one statement with its own commit.
//   B2. Only steps are timed: starting a run and settling it happen outside the clock.
//   B3. Both kinds of run go through one harness, as DBOS is one per process.

/** Steps in one sample. */
const batchSize = 20;
/** So many INSERTs take about as long as a batch of steps: what else the machine does falls on both alike. */
const insertBatchSize = 300;
/** Saved by every step and stored by every INSERT: about 200 bytes, as a small tool result. */
const payload = { text: 'x'.repeat(190) };

/** Opens a fresh database and a harness on it. */
export async function openDurableSteps(
  backend: BackendName,
  options: { readonly databaseUrl?: string },
): Promise<ArmGroup> {
  await using setUp = new AsyncDisposableStack();
  const { database } = setUp.use(await openBackend(backend, options));
  await database.pool.query('create table floor (id bigserial primary key, payload text not null)');
  const clock = createStepClock();
  const identity = { application: 'groundhog-bench', version: '1', executorId: 'bench' };
  const harness = setUp.use(
    await createHarness({
      agents: [prober],
      entry: prober.name,
      model: scriptedModel(probing),
      backing: withEmptyRuns(await durableBacking({ database, identity }), clock),
      observer: clock.observer,
    }),
  );
  const tearDown = setUp.move();
  return {
    on: backend,
    floor: {
      name: 'INSERT',
      includes: 'one statement with its own commit, 200 bytes, through the same pool',
      sample: async () => {
        const startedAt = performance.now();
        for (let index = 0; index < insertBatchSize; index += 1) {
          await database.pool.query('insert into floor (payload) values ($1)', [
            JSON.stringify(payload),
          ]);
        }
        return (performance.now() - startedAt) / insertBatchSize;
      },
    },
    cases: [
      {
        name: 'durable step',
        includes: 'one steps.run with an empty body, its result saved',
        sample: runOf(harness, emptyRun, clock),
      },
      {
        name: 'tool call',
        includes: 'one call within a run: the step, its checks, its event stored and published',
        sample: runOf(harness, 'Probe.', clock),
      },
    ],
    [Symbol.asyncDispose]: () => tearDown.disposeAsync(),
  };
}

/** Each sample is a run in a session of its own, so that none has more history than another. */
function runOf(harness: Harness, text: string, clock: StepClock): Arm['sample'] {
  return async () => {
    const id = crypto.randomUUID();
    await harness.send({ sessionId: id, messageId: id, text, principal: nobody });
    const outcome = await harness.outcome(id);
    if (outcome.kind === 'failed') throw new Error(`${text} failed: ${outcome.error.message}`);
    return clock.stepMs(id);
  };
}

const nobody = { id: 'bench', role: 'customer', tenant: 'bench' };
const emptyRun = 'Take empty steps.';

/** Runs of empty steps beside the harness's own: what the durable layer alone costs. */
function withEmptyRuns(backing: Backing, clock: StepClock): Backing {
  return {
    ...backing,
    openRunner: (body, observer, host) =>
      backing.openRunner(
        async (request, steps) => {
          if (request.text !== emptyRun) return body(request, steps);
          const startedAt = performance.now();
          for (let index = 1; index <= batchSize; index += 1) {
            await steps.run(`empty#${index}`, async () => payload);
          }
          clock.set(request.runId, (performance.now() - startedAt) / batchSize);
          return { kind: 'answered', agent: prober.name, text: '' };
        },
        observer,
        host,
      ),
  };
}

const probe = defineTool({
  name: 'probe',
  version: '1',
  owner: 'bench',
  description: 'Answers at once.',
  input: z.strictObject({ call: z.int() }),
  output: z.strictObject({ text: z.string() }),
  effect: 'compute',
  agents: ['prober'],
  execute: async () => payload,
});

const prober = defineAgent({
  name: 'prober',
  prompt: definePrompt('prober', 'You probe.'),
  tools: [probe],
  handoffs: [],
  turnLimit: 2,
});

/** One turn with a batch of calls and one more, so that as many whole periods lie between the calls' beginnings. */
const probing: Playbook = {
  name: 'probing',
  plays: [
    {
      name: 'probe',
      when: (conversation) => lastToolResult(conversation, probe.name) === undefined,
      answer: () => ({
        calls: Array.from({ length: batchSize + 1 }, (_, call) => ({
          tool: probe.name,
          input: { call },
        })),
      }),
    },
    {
      name: 'done',
      when: (conversation) => hasTool(conversation, probe.name),
      answer: () => ({ text: 'Done.' }),
    },
  ],
};

/** How long one step of a run took. */
interface StepClock {
  readonly observer: StepObserver;
  readonly set: (runId: string, stepMs: number) => void;
  /** Taken once. Throws RangeError for a run that took none. */
  readonly stepMs: (runId: string) => number;
}

/** A period is from one call's beginning to the next's, so all that a call costs the run is in it, and nothing else. */
function createStepClock(): StepClock {
  const begun = new Map<string, number>();
  const measured = new Map<string, number>();
  return {
    observer: {
      before: (runId, step) => {
        if (step === 'probe#1') begun.set(runId, performance.now());
        const startedAt = begun.get(runId);
        if (step !== `probe#${batchSize + 1}` || startedAt === undefined) return;
        measured.set(runId, (performance.now() - startedAt) / batchSize);
      },
      inside: () => undefined,
      after: () => undefined,
    },
    set: (runId, stepMs) => measured.set(runId, stepMs),
    stepMs: (runId) => {
      const stepMs = measured.get(runId);
      if (stepMs === undefined) throw new RangeError(`the run ${runId} took no step to measure`);
      measured.delete(runId);
      begun.delete(runId);
      return stepMs;
    },
  };
}
