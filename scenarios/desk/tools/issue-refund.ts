import { z } from 'zod';
import { defineTool, fingerprint, type Tool, type ToolContext, ToolRefusal } from '#harness';
import { amountMinorSchema, currencySchema, formatMoney } from '../money.ts';
import { decideRefund, type RefundCase } from '../policy/decide-refund.ts';
import { ownCustomer } from '../policy/own-customer.ts';
import type { WorldClient } from '../world/world-client.ts';
import { moneyRoles } from './money-roles.ts';

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
 * Above the automatic limit a person approves first.
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
    agents: ['billing', 'supervisor'],
    roles: moneyRoles,
    approval: async (request, context) => {
      const refundCase = await caseOf(request, world, context);
      const decision = decideRefund(refundCase);
      // What the policy refuses is refused by the act itself; nobody is bothered with it.
      if (decision.kind !== 'approval-required') return undefined;
      const { roles, reason } = decision;
      return { roles, reason, stateVersion: stateVersionOf(refundCase) };
    },
    // Why it is asked for is told in ever new words; it is the same money.
    approvalSubject: ({ chargeId, amountMinor, currency }) => ({ chargeId, amountMinor, currency }),
    execute: async (request, context) => {
      const decision = decideRefund(await caseOf(request, world, context));
      if (decision.kind === 'refused') throw new ToolRefusal(decision.code, decision.message);
      const { idempotencyKey } = context;
      const { id, chargeId, amountMinor, currency } = await world.payRefund(
        { ...request, reference: idempotencyKey },
        idempotencyKey,
      );
      const amount = formatMoney(amountMinor, currency);
      return { refundId: id, chargeId, amount, amountMinor, currency };
    },
  });
}

async function caseOf(
  request: RefundCase['request'],
  world: WorldClient,
  { principal, sessionId, idempotencyKey, now }: ToolContext,
): Promise<RefundCase> {
  const customerId = ownCustomer(principal);
  const [charges, orders, refunds, escalations] = await Promise.all([
    world.charges(customerId),
    world.orders(customerId),
    world.refunds(customerId),
    world.escalations(customerId),
  ]);
  const otherRefunds = refunds.filter(({ reference }) => reference !== idempotencyKey);
  const isEscalated = escalations.some(({ reference }) => reference.startsWith(`${sessionId}/`));
  return { request, charges, orders, otherRefunds, now, isEscalated };
}

/** All that a person's yes was about, but for the request itself: the charge, its order and what was refunded of it. */
function stateVersionOf({ request, charges, orders, otherRefunds }: RefundCase): string {
  const { chargeId } = request;
  return fingerprint([
    charges.filter(({ id }) => id === chargeId),
    orders.filter((order) => order.chargeId === chargeId),
    otherRefunds.filter((refund) => refund.chargeId === chargeId),
  ]);
}
