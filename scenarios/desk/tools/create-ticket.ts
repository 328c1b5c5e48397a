import { z } from 'zod';
import { defineTool, type Tool } from '#harness';
import type { WorldClient } from '../world/world-client.ts';
import { incidentNamed } from './get-incident.ts';

export const ticketCollection = 'tickets';

/** Null for what belongs to no incident. */
export const ticketSchema = z.strictObject({
  incidentId: z.string().min(1).max(40).nullable(),
  summary: z.string().min(1).max(2000),
});

/** Notes that a customer has a problem that engineers will work on. */
export function createTicket(world: WorldClient): Tool {
  return defineTool({
    name: 'createTicket',
    version: '1',
    owner: 'support',
    description:
      'Open a ticket for a technical problem of this customer, under its incident where one is known. Once for each problem.',
    input: ticketSchema,
    output: z.object({ openedFor: ticketSchema.shape.incidentId }),
    effect: 'transactional',
    agents: ['triage', 'supervisor'],
    execute: async (value, { records, idempotencyKey }) => {
      if (value.incidentId !== null) await incidentNamed(value.incidentId, world);
      await records.put({ collection: ticketCollection, key: idempotencyKey, value });
      return { openedFor: value.incidentId };
    },
  });
}
