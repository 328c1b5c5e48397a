import { z } from 'zod';
import { defineTool, type Tool, ToolRefusal } from '#harness';
import { incidentSchema } from '../world/catalogue.ts';
import type { WorldClient } from '../world/world-client.ts';

/** Who else was hit by it is nobody's business. */
const incidentViewSchema = incidentSchema.omit({ id: true, affected: true }).extend({
  incidentId: z.string(),
});

export function getIncident(world: WorldClient): Tool {
  return defineTool({
    name: 'getIncident',
    version: '1',
    owner: 'operations',
    description: 'A known incident by its id, such as INC-100: what it is and whether it is over.',
    input: z.strictObject({ incidentId: z.string().min(1).max(40) }),
    output: incidentViewSchema,
    effect: 'read',
    agents: ['triage', 'billing', 'technical-investigator'],
    execute: async ({ incidentId }) => {
      const { id, affected: _, ...incident } = await incidentNamed(incidentId, world);
      return { incidentId: id, ...incident };
    },
  });
}

/** Throws ToolRefusal when there is none. */
export async function incidentNamed(
  incidentId: string,
  world: WorldClient,
): Promise<z.infer<typeof incidentSchema>> {
  const incident = (await world.incidents()).find(({ id }) => id === incidentId);
  if (incident === undefined) {
    throw new ToolRefusal('INCIDENT_UNKNOWN', `There is no incident ${incidentId}.`);
  }
  return incident;
}
