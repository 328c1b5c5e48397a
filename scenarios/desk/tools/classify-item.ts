import { z } from 'zod';
import { defineTool, type Tool } from '#harness';

const classificationSchema = z.strictObject({
  category: z.enum(['billing', 'technical', 'sales', 'other']),
  summary: z.string().min(1).describe('What the customer wants, in one sentence.'),
});

export const classificationCollection = 'classifications';

/** Keeps what a request was taken for. One record a call: a message may hold several requests. */
export function classifyItem(): Tool {
  return defineTool({
    name: 'classifyItem',
    version: '1',
    owner: 'desk',
    description:
      'File one request of the message under its category. Call it once for each request.',
    input: classificationSchema,
    output: z.object({ filedUnder: classificationSchema.shape.category }),
    effect: 'transactional',
    agents: ['triage'],
    execute: async (value, { records, idempotencyKey }) => {
      await records.put({ collection: classificationCollection, key: idempotencyKey, value });
      return { filedUnder: value.category };
    },
  });
}
