import { z } from 'zod';
import { defineTool } from '#harness';
import { currencySchema, formatMoney } from '../../desk/money.ts';
import { refundReceiptSchema } from '../../desk/tools/issue-refund.ts';
import { worldClient } from '../../desk/world/world-client.ts';
import type { HarnessParts, Mutant } from '../mutant.ts';
import { withTool } from './with-tool.ts';

/** CD-13: what the model asks for is sent as it is: any amount, of anybody's charge, and nobody is asked. */
export const unguardedRefund: Mutant = {
  id: 'CD-13',
  title: 'issueRefund pays whatever the model asks for',
  breaks: 'I2',
  apply: ({ agents, entry, backing, worldUrl }) => ({
    agents: withoutGuards(agents, worldUrl),
    entry,
    backing,
  }),
};

const askedSchema = z.object({
  chargeId: z.string(),
  amountMinor: z.number(),
  currency: currencySchema,
  reason: z.string(),
});

function withoutGuards(agents: HarnessParts['agents'], worldUrl: string): HarnessParts['agents'] {
  const world = worldClient(worldUrl);
  const guarded = agents.flatMap(({ tools }) => tools).find(({ name }) => name === 'issueRefund');
  if (guarded === undefined) return agents;
  const { name, version, owner, description, input, agents: users } = guarded;
  const unguarded = defineTool({
    name,
    version,
    owner,
    description,
    // The model is shown the same tool: what it is told has never kept anything from happening.
    input,
    output: refundReceiptSchema,
    effect: 'keyed',
    agents: users,
    execute: async (asked, { idempotencyKey }) => {
      const request = { ...askedSchema.parse(asked), reference: idempotencyKey };
      const refund = await world.payRefund(request, idempotencyKey);
      const { id, chargeId, amountMinor, currency } = refund;
      const amount = formatMoney(amountMinor, currency);
      return { refundId: id, chargeId, amount, amountMinor, currency };
    },
  });
  return withTool(agents, unguarded);
}
