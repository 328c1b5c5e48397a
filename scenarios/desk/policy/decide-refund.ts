import { type Currency, formatMoney } from '../money.ts';
import type { Charge, Order, Refund, RefundRequest } from '../world/business.ts';
import { duplicatedCharge } from './duplicate.ts';
import { lostOrder } from './lost-parcel.ts';
import { returnableOrder } from './returnable-order.ts';

// When the desk may give money back. Enforced by the tool that pays, so that no prompt and no model can talk it away.
//
//   P1. A customer has to do with their own charges only; those of others do not exist for them.
//   P2. Unopened goods are a ground for a refund up to 30 days after their delivery.
//   P3. A duplicate is a ground for a refund, of the later charge.
//   P4. Up to a limit by currency the desk refunds by itself; above it a billing agent must approve, above ten times the
//       limit a billing lead. Parts of one charge are summed.
//   P6. All refunds of a charge together never exceed it.
//   P7. A lost parcel is a ground for a refund, shipping included: nothing of what was paid for has arrived.
//   P8. A refund is in the charge's currency.
//   A case that people have taken over is theirs: nothing is paid in it automatically.

/** What is known when a refund is asked for. */
export interface RefundCase {
  readonly request: Pick<RefundRequest, 'chargeId' | 'amountMinor' | 'currency'>;
  /** The customer's own charges (P1). */
  readonly charges: readonly Charge[];
  /** The customer's own orders. */
  readonly orders: readonly Order[];
  /** Refunds of these charges made by others than this very call: a call that is made again is not its own obstacle. */
  readonly otherRefunds: readonly Pick<Refund, 'chargeId' | 'amountMinor'>[];
  /** The run's own time, milliseconds since the epoch. */
  readonly now: number;
  /** A person has the case. */
  readonly isEscalated: boolean;
}

export type RefundDecision =
  | { readonly kind: 'granted' }
  | {
      readonly kind: 'approval-required';
      /** One of these may approve. */
      readonly roles: readonly string[];
      readonly reason: string;
    }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

/** In minor units, inclusive: what the desk may refund without a person. */
export const automaticLimit: Readonly<Record<Currency, number>> = {
  USD: 5000,
  EUR: 5000,
  JPY: 7500,
  KWD: 15000,
};

/** Above so many times the automatic limit it takes a lead. */
const leadFactor = 10;

export function decideRefund({
  request,
  charges,
  orders,
  otherRefunds,
  now,
  isEscalated,
}: RefundCase): RefundDecision {
  const { chargeId, amountMinor, currency } = request;
  if (isEscalated) return refused('ESCALATED', 'A person has this case: they decide what is paid.');
  const charge = charges.find(({ id }) => id === chargeId);
  if (charge === undefined) {
    return refused('CHARGE_NOT_FOUND', `This customer has no charge ${chargeId}.`);
  }
  if (charge.status !== 'settled') {
    return refused(
      'CHARGE_NOT_SETTLED',
      `${chargeId} is authorised and not settled: it drops off.`,
    );
  }
  if (charge.currency !== currency) {
    return refused('CURRENCY_MISMATCH', `${chargeId} is in ${charge.currency}, not ${currency}.`);
  }
  const earlierMinor = refundedMinor(chargeId, otherRefunds);
  const leftMinor = charge.amountMinor - earlierMinor;
  if (amountMinor > leftMinor) {
    const left = formatMoney(leftMinor, currency);
    return refused('REFUND_EXCEEDS_CHARGE', `Of ${chargeId} ${left} is left to refund.`);
  }
  const ground =
    duplicatedCharge(charge, charges) ??
    lostOrder(charge, orders) ??
    returnableOrder(charge, orders, now);
  if (ground === undefined) {
    return refused(
      'NO_GROUND_FOR_REFUND',
      `${chargeId} neither repeats an earlier charge nor paid for goods that were lost or can be returned.`,
    );
  }
  return withinAuthority(earlierMinor + amountMinor, currency);
}

/** P4: who may say yes to so much of one charge. */
function withinAuthority(totalMinor: number, currency: Currency): RefundDecision {
  const limitMinor = automaticLimit[currency];
  if (totalMinor <= limitMinor) return { kind: 'granted' };
  const [total, limit] = [formatMoney(totalMinor, currency), formatMoney(limitMinor, currency)];
  return {
    kind: 'approval-required',
    roles:
      totalMinor > leadFactor * limitMinor ? ['billing_lead'] : ['billing_agent', 'billing_lead'],
    reason: `${total} of one charge is above ${limit}, which the desk may refund by itself.`,
  };
}

/** What has been refunded of a charge, in its minor units. */
export function refundedMinor(chargeId: string, refunds: RefundCase['otherRefunds']): number {
  return refunds
    .filter((refund) => refund.chargeId === chargeId)
    .reduce((sum, { amountMinor }) => sum + amountMinor, 0);
}

const refused = (code: string, message: string): RefundDecision => ({
  kind: 'refused',
  code,
  message,
});
