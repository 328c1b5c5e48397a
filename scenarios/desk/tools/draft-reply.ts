import { z } from 'zod';
import { defineTool, type Tool } from '#harness';

export const draftSchema = z.strictObject({
  subject: z.string().min(1),
  body: z.string().min(1).describe('The whole mail in plain text.'),
});

export const draftCollection = 'drafts';

/** Keeps the answer to the run's message; drafting again replaces the draft. */
export function draftReply(): Tool {
  return defineTool({
    name: 'draftReply',
    version: '1',
    owner: 'desk',
    description:
      'Write the mail that answers the customer, replacing any earlier draft. Sends nothing.',
    input: draftSchema,
    output: z.object({ drafted: z.string() }),
    effect: 'transactional',
    agents: ['triage', 'billing', 'supervisor'],
    execute: async (value, { records, runId }) => {
      await records.put({ collection: draftCollection, key: runId, value });
      return { drafted: value.subject };
    },
  });
}
