import { DBOS } from '@dbos-inc/dbos-sdk';
import type { Meter } from '../measure/meter.ts';
import type { Sample } from '../measure/sample.ts';
import { sampleSteps } from './sample-steps.ts';

// What somebody would write who has DBOS and no harness. It runs on the DBOS that the harness has launched, so the pool
// and every setting are the same. Loaded before that launch: DBOS wants its workflows registered by then.

interface Task {
  readonly meter: Meter;
  readonly body: () => Promise<unknown>;
}

interface Started extends Task {
  /** The workflow begins when whoever started it asks the database for nothing more, and asks again when it is done. */
  readonly isStarted: PromiseWithResolvers<void>;
  readonly sample: PromiseWithResolvers<Sample>;
}

/** What is under way, by the workflow's id: a workflow's own arguments are stored. */
const tasks = new Map<string, Started>();

const workflow = DBOS.registerWorkflow(
  async (id: string): Promise<string> => {
    const task = tasks.get(id);
    if (task === undefined) throw new RangeError(`nothing is to be done as ${id}`);
    const { meter, body } = task;
    await task.isStarted.promise;
    task.sample.resolve(
      await sampleSteps(meter, (index) => DBOS.runStep(body, { name: `hand#${index}` })),
    );
    return 'done';
  },
  { name: 'hand-written' },
);

/** Runs a workflow of such steps; resolves to what one of them took. */
export async function handWrittenSteps(task: Task): Promise<Sample> {
  const id = crypto.randomUUID();
  const isStarted = Promise.withResolvers<void>();
  const sample = Promise.withResolvers<Sample>();
  tasks.set(id, { ...task, isStarted, sample });
  try {
    const handle = await DBOS.startWorkflow(workflow, { workflowID: id })(id);
    isStarted.resolve();
    const taken = await sample.promise;
    await handle.getResult();
    return taken;
  } finally {
    tasks.delete(id);
  }
}
