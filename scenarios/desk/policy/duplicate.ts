import type { Charge } from '../world/business.ts';

const windowMs = 24 * 60 * 60 * 1000;

/**
 * P3: the charge that `charge` repeats: same invoice, same amount, both settled, less than 24 h before it. Of a pair only
 * the later one is a duplicate. Undefined when it repeats none.
 */
export function duplicatedCharge(charge: Charge, charges: readonly Charge[]): Charge | undefined {
  return charges.find((earlier) => isRepeatedBy(earlier, charge));
}

function isRepeatedBy(earlier: Charge, later: Charge): boolean {
  const gapMs = Date.parse(later.chargedAt) - Date.parse(earlier.chargedAt);
  const inOrder = gapMs > 0 || (gapMs === 0 && earlier.id < later.id);
  return (
    inOrder &&
    gapMs < windowMs &&
    earlier.status === 'settled' &&
    later.status === 'settled' &&
    earlier.customerId === later.customerId &&
    earlier.invoiceId === later.invoiceId &&
    earlier.amountMinor === later.amountMinor &&
    earlier.currency === later.currency
  );
}
