import type { Charge, Order } from '../world/business.ts';

const returnWindowMs = 30 * 24 * 60 * 60 * 1000;

/** P2: the order that `charge` paid for, if its goods are unopened and were delivered no more than 30 days before `now`. */
export function returnableOrder(
  charge: Charge,
  orders: readonly Order[],
  now: number,
): Order | undefined {
  return orders.find(
    ({ chargeId, opened, deliveredAt }) =>
      chargeId === charge.id &&
      !opened &&
      deliveredAt !== null &&
      now - Date.parse(deliveredAt) <= returnWindowMs,
  );
}
