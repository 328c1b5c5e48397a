import { z } from 'zod';
import { defineTool, type Tool, ToolRefusal } from '#harness';
import { currencySchema, formatMoney } from '../money.ts';
import { ownCustomer } from '../policy/own-customer.ts';
import { orderSchema } from '../world/business.ts';
import type { WorldClient } from '../world/world-client.ts';
import { deskReaders } from './desk-readers.ts';

const orderViewSchema = z.object({
  orderId: z.string(),
  chargeId: z.string(),
  goods: z.string(),
  goodsMinor: z.number(),
  shipping: z.string(),
  shippingMinor: z.number(),
  currency: currencySchema,
  parcel: orderSchema.shape.parcel,
  trackingNumber: z.string(),
});

/** P1: it finds orders among the customer's own; others do not exist. */
export function getOrder(world: WorldClient): Tool {
  return defineTool({
    name: 'getOrder',
    version: '2',
    owner: 'shop',
    description:
      'The order that a charge of the customer paid for: goods, shipping, and where the carrier says the parcel is.',
    input: z.strictObject({ chargeId: z.string().min(1) }),
    output: orderViewSchema,
    effect: 'read',
    agents: deskReaders,
    execute: async ({ chargeId }, { principal }) => {
      const orders = await world.orders(ownCustomer(principal));
      const order = orders.find((each) => each.chargeId === chargeId);
      if (order === undefined) {
        throw new ToolRefusal(
          'ORDER_NOT_FOUND',
          `This customer paid for no order with ${chargeId}.`,
        );
      }
      const { id, goodsMinor, shippingMinor, currency, parcel, trackingNumber } = order;
      return {
        orderId: id,
        chargeId,
        goods: formatMoney(goodsMinor, currency),
        goodsMinor,
        shipping: formatMoney(shippingMinor, currency),
        shippingMinor,
        currency,
        parcel,
        trackingNumber,
      };
    },
  });
}
