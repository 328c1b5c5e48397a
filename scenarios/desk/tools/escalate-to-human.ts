import { z } from 'zod';
import { defineTool, type Tool, ToolRefusal } from '#harness';
import { ownCustomer } from '../policy/own-customer.ts';
import { escalationRequestSchema } from '../world/business.ts';
import type { WorldClient } from '../world/world-client.ts';

const escalationSchema = escalationRequestSchema.pick({ queue: true }).extend({
  reason: z.string().min(1).max(2000).describe('What a colleague needs to know to go on.'),
});

/**
 * Gives the case to people: it lands in their queue, and from here on the desk does nothing more in it than write to the
 * customer. issueRefund refuses then.
 */
export function escalateToHuman(world: WorldClient): Tool {
  return defineTool({
    name: 'escalateToHuman',
    version: '1',
    owner: 'support',
    description:
      'Hand the case to a person, who goes on with it; nothing is done automatically afterwards. Once for each case.',
    input: escalationSchema,
    output: z.object({ caseId: z.string(), queue: escalationSchema.shape.queue }),
    effect: 'keyed',
    agents: ['triage', 'billing', 'supervisor'],
    execute: async (request, { principal, sessionId, idempotencyKey }) => {
      const customerId = ownCustomer(principal);
      const open = await world.escalations(customerId);
      const isOpen = open.some(
        ({ reference }) => reference !== idempotencyKey && reference.startsWith(`${sessionId}/`),
      );
      if (isOpen) throw new ToolRefusal('ALREADY_ESCALATED', 'A person has this case already.');
      const { id, queue } = await world.openCase(
        { customerId, ...request, reference: idempotencyKey },
        idempotencyKey,
      );
      return { caseId: id, queue };
    },
  });
}
