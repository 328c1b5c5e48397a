import { DBOS } from '@dbos-inc/dbos-sdk';
import { runTransactionalInternalStep } from '@dbos-inc/dbos-sdk/internal/dbos';
import { HarnessError } from '../host/harness-error.ts';
import type { RunOutcome, RunRequest, StepObserver, Steps } from '../session/runner.ts';
import type { SessionTransaction } from '../session/session-store.ts';
import { whileOpen } from '../session/while-open.ts';

// Durable steps over DBOS. Design boundary: the only file that calls DBOS.runStep.
//
//   D1. A step's name is unique within its run and does not depend on the wall clock; DBOS checks it at every replay.
//   D2. `inside` is told within the DBOS step, `after` behind it: the gap is the crash we test.
//   D3. A replayed step is silent: its body does not run, so the observer is told nothing.
//   D4. A result is JSON, live as well as replayed.
//   D5. Once the runner is closed, a step that is still at work or to be saved, and a wait, never settles: nothing behind it runs,
//       no `catch` sees a database that is gone, and the run goes on in the next life as if this one had been killed.

/** The connection whose open transaction will save the step. */
export type CheckpointClient = NonNullable<
  Parameters<Parameters<typeof runTransactionalInternalStep>[0]>[0]
>;

export function dbosSteps(
  runId: string,
  {
    observer,
    transactionOf,
    isClosed,
    startRun,
  }: {
    readonly observer: StepObserver;
    /** Whether this life is over. */
    readonly isClosed: () => boolean;
    readonly transactionOf: (client: CheckpointClient) => SessionTransaction;
    readonly startRun: (request: RunRequest) => Promise<StartedRun>;
  },
): Steps {
  const observed = async <Input, Result>(
    name: string,
    body: (input: Input) => Promise<Result>,
    save: (body: (input: Input) => Promise<Result>) => Promise<Result>,
  ): Promise<Result> => {
    let ran = false;
    const saving = save(async (input) => {
      ran = true;
      observer.before(runId, name);
      const value = throughJson(await whileOpen(body(input), isClosed));
      observer.inside(runId, name);
      return value;
    });
    const result = await whileOpen(saving, isClosed);
    if (ran) observer.after(runId, name);
    return result;
  };
  return {
    run: (name, body) =>
      observed(name, body, (step) => DBOS.runStep(() => step(undefined), { name })),
    transact: (name, body) =>
      observed(name, body, (step) =>
        // Internal to DBOS, and the only way it has to commit our rows and its checkpoint in one transaction on a
        // single-backend database too: its data sources use a second connection, which deadlocks there.
        runTransactionalInternalStep((client) => {
          if (client === undefined) throw new NestedStepError(name);
          return step(transactionOf(client));
        }, name),
      ),
    delegate: async (requests) => {
      const started: StartedRun[] = [];
      // One after the other: DBOS numbers what a run does in the order in which it begins it.
      for (const request of requests) started.push(await startRun(request));
      const outcomes: RunOutcome[] = [];
      for (const [index, run] of started.entries()) {
        const outcome = run.outcome().catch(() => broken(requests[index]));
        outcomes.push(await whileOpen(outcome, isClosed));
      }
      return outcomes;
    },
    settled: async (other) => {
      // However the other run ended, it has ended: its error is told to whoever asks for its outcome.
      const ended = DBOS.retrieveWorkflow(other)
        .getResult()
        .catch(() => undefined);
      await whileOpen(ended, isClosed);
    },
  };
}

/** A run that this one has started. */
export interface StartedRun {
  readonly outcome: () => Promise<RunOutcome>;
}

/** A run's body throws only what is a bug, and its error is in the log: for whoever waits for it, it is one that failed. */
function broken(request: RunRequest | undefined): RunOutcome {
  const agent = request?.delegation?.agent ?? '';
  return { kind: 'failed', agent, error: { code: 'RUN_BROKEN', message: 'The run broke off.' } };
}

const throughJson = <Result>(result: Result): Result => JSON.parse(JSON.stringify(result));

export class NestedStepError extends HarnessError {
  constructor(step: string) {
    super({
      code: 'STEP_NESTED',
      message: `Step ${step} was started inside another step, where DBOS would save nothing.`,
      hint: 'Start steps one after the other, from the run itself.',
    });
  }
}
