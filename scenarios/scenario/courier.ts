import { AsyncLocalStorage } from 'node:async_hooks';
import type { Backing, Clock, Harness, StepName } from '#harness';
import type { Scenario, ScenarioMessage } from './define-scenario.ts';
import { runIdOf } from './run-id-of.ts';

/** How often the courier looks whether a message has been received. */
const receptionPollMs = 5;

type Moment = NonNullable<ScenarioMessage['during']>['moment'];

/** Brings the messages that are said during a run, each at its step: the run stands still until its message is received. */
export interface Courier {
  /** The same backing, whose runs call the courier at every step's beginning and end. */
  readonly watch: (backing: Backing) => Backing;
  /** Messages are sent through this harness; runs that come to a step before it is there wait for it. */
  readonly employ: (harness: Harness) => void;
}

/**
 * It remembers nothing: a run that comes to the step again in a later life finds its message sent, and goes on when the
 * message is received, as it did before.
 */
export function createCourier(
  { messages, principal }: Pick<Scenario, 'messages' | 'principal'>,
  { sessionId, clock }: { readonly sessionId: string; readonly clock: Clock },
): Courier {
  // Within a run a send would be the run's own, a step of it: the courier is nobody's.
  const outsideOfRuns = AsyncLocalStorage.snapshot();
  const employed = Promise.withResolvers<Harness>();
  const bring = async (index: number, { text, mode = 'queue' }: ScenarioMessage): Promise<void> => {
    const harness = await employed.promise;
    const messageId = runIdOf(sessionId, index + 1);
    if (!(await harness.isKnown(messageId))) {
      await harness.send({ sessionId, messageId, text, principal, mode });
    }
    while (!(await harness.savedSteps(messageId)).includes('receive-message')) {
      await clock.sleep(receptionPollMs);
    }
  };
  const call = async (runId: string, step: StepName, moment: Moment): Promise<void> => {
    for (const [index, message] of messages.entries()) {
      const { during } = message;
      if (during?.step !== step || during.moment !== moment) continue;
      if (runId !== runIdOf(sessionId, during.run)) continue;
      await outsideOfRuns(() => bring(index, message));
    }
  };
  return {
    employ: employed.resolve,
    watch: (backing) => ({
      ...backing,
      openRunner: (body, observer, host) =>
        backing.openRunner(
          (request, steps) => body(request, attended(steps, request.runId, call)),
          observer,
          host,
        ),
    }),
  };
}

type Steps = Parameters<Parameters<Backing['openRunner']>[0]>[1];

function attended(
  steps: Steps,
  runId: string,
  call: (runId: string, step: StepName, moment: Moment) => Promise<void>,
): Steps {
  const around = async <Result>(step: StepName, taken: () => Promise<Result>): Promise<Result> => {
    await call(runId, step, 'before');
    const result = await taken();
    await call(runId, step, 'after');
    return result;
  };
  return {
    ...steps,
    run: (step, body) => around(step, () => steps.run(step, body)),
    transact: (step, body) => around(step, () => steps.transact(step, body)),
  };
}
