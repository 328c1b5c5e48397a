import { formatMoney } from '../desk/money.ts';
import type { Observation } from './observation.ts';
import type { Violation } from './violation.ts';

/** I2: the refunds of a charge together never exceed it, and are in its currency. */
export function checkRefundTotals({
  world: { charges, refunds },
}: Pick<Observation, 'world'>): readonly Violation[] {
  return [...Map.groupBy(refunds, ({ chargeId }) => chargeId)].flatMap(([chargeId, made]) => {
    const charge = charges.find(({ id }) => id === chargeId);
    if (charge === undefined) {
      return [violation('a charge that exists', `a refund of ${chargeId}, which does not`)];
    }
    const { currency, amountMinor } = charge;
    const foreign = made
      .filter((refund) => refund.currency !== currency)
      .map(({ id, ...refund }) =>
        violation(`${id} in ${currency}`, formatMoney(refund.amountMinor, refund.currency)),
      );
    const totalMinor = made.reduce((sum, refund) => sum + refund.amountMinor, 0);
    if (foreign.length > 0 || totalMinor <= amountMinor) return foreign;
    const limit = formatMoney(amountMinor, currency);
    const total = formatMoney(totalMinor, currency);
    return [
      violation(`at most ${limit} refunded of ${chargeId}`, `${total} in ${made.length} parts`),
    ];
  });
}

function violation(expected: string, found: string): Violation {
  const message = `Money was paid that must not be: expected ${expected}, found ${found}.`;
  return { invariant: 'I2', expected, found, message };
}
