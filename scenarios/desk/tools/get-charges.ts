import { z } from 'zod';
import { defineTool, type Tool } from '#harness';
import { currencySchema, formatMoney } from '../money.ts';
import { refundedMinor } from '../policy/decide-refund.ts';
import { ownCustomer } from '../policy/own-customer.ts';
import { chargeSchema } from '../world/business.ts';
import type { WorldClient } from '../world/world-client.ts';
import { deskReaders } from './desk-readers.ts';

const chargeListSchema = z.object({
  charges: z.array(
    z.object({
      chargeId: z.string(),
      invoiceId: z.string(),
      amount: z.string(),
      amountMinor: z.number(),
      currency: currencySchema,
      chargedAt: z.string(),
      status: chargeSchema.shape.status,
      description: z.string(),
      /** What has been refunded of it, in minor units. */
      refundedMinor: z.number(),
    }),
  ),
});

/** It takes no customer: P1 holds because there is nothing to ask another one's charges with. */
export function getCharges(world: WorldClient): Tool {
  return defineTool({
    name: 'getCharges',
    version: '1',
    owner: 'payments',
    description:
      "List the customer's own charges, oldest first: amount, invoice, time (UTC), status and what has been refunded of each.",
    input: z.strictObject({}),
    output: chargeListSchema,
    effect: 'read',
    agents: deskReaders,
    execute: async (_input, { principal }) => {
      const customerId = ownCustomer(principal);
      const [charges, refunds] = await Promise.all([
        world.charges(customerId),
        world.refunds(customerId),
      ]);
      const sorted = charges.toSorted((left, right) =>
        left.chargedAt.localeCompare(right.chargedAt, 'en'),
      );
      return {
        charges: sorted.map(({ id, customerId: _, ...charge }) => ({
          chargeId: id,
          ...charge,
          amount: formatMoney(charge.amountMinor, charge.currency),
          refundedMinor: refundedMinor(id, refunds),
        })),
      };
    },
  });
}
