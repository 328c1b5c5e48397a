import { z } from 'zod';
import { defineTool, type Tool, ToolRefusal } from '#harness';
import { amountMinorSchema, currencySchema, formatMoney } from '../money.ts';
import { decideRefund } from '../policy/decide-refund.ts';
import { ownCustomer } from '../policy/own-customer.ts';
import type { WorldClient } from '../world/world-client.ts';

export const refundReceiptSchema = z.object({
  refundId: z.string(),
  chargeId: z.string(),
  amount: z.string(),
  amountMinor: z.number(),
  currency: currencySchema,
});

/**
 * Pays a refund that the policy grants. Run a second time by a later life of its step, it must come through to the
 * provider, whose answer to the key is the first one: hence the policy is asked about all refunds but this call's own.
 */
export function issueRefund(world: WorldClient): Tool {
  return defineTool({
    name: 'issueRefund',
    version: '1',
    owner: 'payments',
    description:
      'Refund a charge to its original payment method. Money moves at once. Refused with the reason where the policy does not allow it.',
    input: z.strictObject({
      chargeId: z.string().min(1),
      amountMinor: amountMinorSchema.describe(
        "In the currency's smallest unit: 49.00 USD is 4900.",
      ),
      currency: currencySchema,
      reason: z.string().min(1).describe('Why, for the books.'),
    }),
    output: refundReceiptSchema,
    effect: 'keyed',
    agents: ['billing'],
    execute: async (request, { principal, idempotencyKey }) => {
      const customerId = ownCustomer(principal);
      const [charges, refunds] = await Promise.all([
        world.charges(customerId),
        world.refunds(customerId),
      ]);
      const otherRefunds = refunds.filter(({ reference }) => reference !== idempotencyKey);
      const decision = decideRefund({ request, charges, otherRefunds });
      if (decision.kind === 'refused') throw new ToolRefusal(decision.code, decision.message);
      const { id, chargeId, amountMinor, currency } = await world.payRefund(
        { ...request, reference: idempotencyKey },
        idempotencyKey,
      );
      const amount = formatMoney(amountMinor, currency);
      return { refundId: id, chargeId, amount, amountMinor, currency };
    },
  });
}
