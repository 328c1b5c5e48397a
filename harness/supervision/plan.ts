import { z } from 'zod';
import type { Supervision } from '../agent/define-agent.ts';

/** One thing to find out, and who finds it out. */
const objectiveSchema = z.object({
  /** Investigator's name. */
  agent: z.string().min(1),
  /** What to find out, in words the investigator understands without the conversation. */
  objective: z.string().min(1),
});

/** What a supervisor has others find out before it acts. Empty when there is nothing to find out. */
export const planSchema = z.object({ objectives: z.array(objectiveSchema) });
export type Plan = z.infer<typeof planSchema>;

/** Reads a plan as a model wrote it, or as a person changed it. All that is wrong with it, in words that it can be repaired by. */
export function readPlan(
  value: unknown,
  { investigators, objectiveLimit }: Supervision,
): { readonly value: Plan; readonly faults: readonly string[] } {
  const parsed = planSchema.safeParse(value);
  if (!parsed.success)
    return { value: { objectives: [] }, faults: [z.prettifyError(parsed.error)] };
  const { objectives } = parsed.data;
  const strangers = objectives.filter(({ agent }) => !investigators.includes(agent));
  return {
    value: parsed.data,
    faults: [
      ...strangers.map(
        ({ agent }) => `there is no investigator ${agent}; there are ${investigators.join(', ')}`,
      ),
      ...(objectives.length > objectiveLimit
        ? [`${objectives.length} objectives are more than ${objectiveLimit}`]
        : []),
    ],
  };
}
