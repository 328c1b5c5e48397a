import { z } from 'zod';
import { defineTool, type Tool, ToolRefusal } from '#harness';
import { ownCustomer } from '../policy/own-customer.ts';
import type { WorldClient } from '../world/world-client.ts';
import { moneyRoles } from './money-roles.ts';

const claimReceiptSchema = z.object({ claimId: z.string(), orderId: z.string() });

/**
 * Claims a lost parcel from the carrier, who keeps no keys: the same request twice is two claims. After a crash the
 * carrier's own list says whether the claim was filed, by the reference that it was sent with.
 */
export function fileCarrierClaim(world: WorldClient): Tool {
  return defineTool({
    name: 'fileCarrierClaim',
    version: '1',
    owner: 'shop',
    description: 'Claim a lost parcel from the carrier. Once for each order.',
    input: z.strictObject({ orderId: z.string().min(1), reason: z.string().min(1) }),
    output: claimReceiptSchema,
    effect: 'unkeyed',
    agents: ['billing'],
    roles: moneyRoles,
    execute: async (request, { principal, idempotencyKey }) => {
      const customerId = ownCustomer(principal);
      const [orders, claims] = await Promise.all([
        world.orders(customerId),
        world.claims(customerId),
      ]);
      const { orderId } = request;
      const order = orders.find(({ id }) => id === orderId);
      if (order === undefined) {
        throw new ToolRefusal('ORDER_NOT_FOUND', `This customer has no order ${orderId}.`);
      }
      if (order.parcel !== 'lost') {
        throw new ToolRefusal('PARCEL_NOT_LOST', `The parcel of ${orderId} is ${order.parcel}.`);
      }
      if (claims.some((claim) => claim.orderId === orderId)) {
        throw new ToolRefusal('CLAIM_EXISTS', `${orderId} has been claimed already.`);
      }
      const { id } = await world.fileClaim({ ...request, reference: idempotencyKey });
      return { claimId: id, orderId };
    },
    reconcile: async (_request, { principal, idempotencyKey }) => {
      const claims = await world.claims(ownCustomer(principal));
      const claim = claims.find(({ reference }) => reference === idempotencyKey);
      if (claim === undefined) return { happened: false };
      return { happened: true, output: { claimId: claim.id, orderId: claim.orderId } };
    },
  });
}
