import { z } from 'zod';
import { defineTool, type Tool, type ToolContext, ToolRefusal } from '#harness';
import { ownCustomer } from '../policy/own-customer.ts';
import type { WorldClient } from '../world/world-client.ts';
import { draftCollection, draftSchema } from './draft-reply.ts';

/** Sends the run's draft: one mail to the customer for each message of theirs, however often it is called. */
export function sendReply(world: WorldClient): Tool {
  return defineTool({
    name: 'sendReply',
    version: '1',
    owner: 'mail',
    description: 'Send the drafted mail to the customer. Once for each message of theirs.',
    input: z.strictObject({}),
    output: z.object({ mailId: z.string(), to: z.string() }),
    effect: 'keyed',
    agents: ['triage', 'billing', 'supervisor'],
    execute: async (_input, context) => {
      const customerId = ownCustomer(context.principal);
      const draft = draftSchema.safeParse(
        await context.records.get(draftCollection, context.runId),
      );
      if (!draft.success) throw new ToolRefusal('NO_DRAFT', 'There is no draft: write it first.');
      const mails = await world.mails(customerId);
      if (mails.some(({ reference }) => answersSameMessage(reference, context))) {
        throw new ToolRefusal('ALREADY_SENT', 'The customer has been answered.');
      }
      const { idempotencyKey } = context;
      const { id, to } = await world.sendMail(
        { customerId, ...draft.data, reference: idempotencyKey },
        idempotencyKey,
      );
      return { mailId: id, to };
    },
  });
}

/** True for a mail of this run that another call than this one has sent. */
function answersSameMessage(
  reference: string,
  { sessionId, runId, idempotencyKey }: ToolContext,
): boolean {
  return reference !== idempotencyKey && reference.startsWith(`${sessionId}/${runId}/`);
}
