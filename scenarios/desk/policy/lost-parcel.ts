import type { Charge, Order } from '../world/business.ts';

/** P7: the order that `charge` paid for, if its parcel was lost. Undefined otherwise. */
export function lostOrder(charge: Charge, orders: readonly Order[]): Order | undefined {
  return orders.find(({ chargeId, parcel }) => chargeId === charge.id && parcel === 'lost');
}
