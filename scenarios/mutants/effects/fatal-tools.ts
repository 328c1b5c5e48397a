import { z } from 'zod';
import type { Backing } from '#harness';
import type { Mutant } from '../mutant.ts';
import { withSteps } from '../with-steps.ts';

/** CD-12: a tool that throws takes its run with it; the model never learns of it, and the customer gets no answer. */
export const fatalTools: Mutant = {
  id: 'CD-12',
  title: 'a tool that throws fails the whole run',
  breaks: 'I9',
  apply: ({ agents, entry, backing }) => ({ agents, entry, backing: failingWithTools(backing) }),
};

const failedSchema = z.looseObject({
  kind: z.literal('failed'),
  error: z.looseObject({ code: z.string(), message: z.string() }),
});

/** The harness makes an outcome of what a tool throws; here it is thrown on. */
const failingWithTools = (backing: Backing): Backing =>
  withSteps(backing, (steps) => ({
    run: (name, act) => steps.run(name, async () => thrownOn(await act())),
    transact: (name, act) => steps.transact(name, async (records) => thrownOn(await act(records))),
  }));

function thrownOn<Result>(result: Result): Result {
  const failed =
    failedSchema.safeParse(result).data ?? failedSchema.safeParse(outcomeIn(result)).data;
  if (failed !== undefined) throw new Error(`${failed.error.code}: ${failed.error.message}`);
  return result;
}

/** A step may save what it came to beside other things. */
const outcomeIn = (result: unknown): unknown =>
  typeof result === 'object' && result !== null && 'outcome' in result ? result.outcome : undefined;
