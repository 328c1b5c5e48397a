// What scripted models of the desk write in code mode: amounts are computed here and nowhere else.

/** The charge that repeats an earlier one, with what is left to refund of it, or null; and the one that stays. */
export const duplicateProgram = `
const { charges } = await tools.getCharges({});
const settled = charges.filter(({ status }) => status === 'settled');
const day = 24 * 60 * 60 * 1000;
const pairs = settled.flatMap((first) => settled
  .filter((second) => second.invoiceId === first.invoiceId && second.amountMinor === first.amountMinor)
  .map((second) => ({ first, second, gap: Date.parse(second.chargedAt) - Date.parse(first.chargedAt) })));
const pair = pairs.find(({ gap }) => gap > 0 && gap < day);
if (pair === undefined) return { duplicate: null };
const { chargeId, invoiceId, currency, amountMinor, refundedMinor } = pair.second;
const left = money.subtract(amountMinor, refundedMinor);
return { duplicate: { chargeId, invoiceId, currency, amountMinor: left, stays: pair.first.chargeId } };
`.trim();

/** The charges of an amount, as the customer writes it. */
export const chargesOfProgram = (amount: string): string =>
  `
const { charges } = await tools.getCharges({});
const asked = charges.filter(({ amountMinor, currency }) => money.format(amountMinor, currency) === ${JSON.stringify(amount)});
return asked.map(({ amount, chargedAt, description }) => ({ amount, on: chargedAt.slice(0, 10), description }));
`.trim();

/** The charge that an order was paid with, with what is left to refund of it, or null. */
export const chargeOfOrderProgram = (orderId: string): string =>
  `
const { charges } = await tools.getCharges({});
for (const { chargeId, currency, amountMinor, refundedMinor } of charges) {
  const { orderId } = await tools.getOrder({ chargeId });
  if (orderId !== ${JSON.stringify(orderId)}) continue;
  return { asked: { orderId, chargeId, currency, amountMinor: money.subtract(amountMinor, refundedMinor) } };
}
return { asked: null };
`.trim();

/** The customer's only order: its goods and shipping together, and where the parcel is. */
export const lostOrderProgram = `
const { charges } = await tools.getCharges({});
const { chargeId, currency } = charges[0];
const order = await tools.getOrder({ chargeId });
const { orderId, trackingNumber, parcel, goodsMinor, shippingMinor } = order;
const amountMinor = money.add(goodsMinor, shippingMinor);
return { orderId, trackingNumber, parcel, chargeId, currency, goodsMinor, amountMinor };
`.trim();

/** What so many seats cost by the price list. */
export const priceProgram = (seats: number): string =>
  `
const seats = ${seats};
const { currency, seatMinor, volume, annualPrepayPercent } = await tools.getPriceList({});
const percents = volume.filter(({ fromSeats }) => seats >= fromSeats).map(({ percent }) => percent);
const monthlyMinor = money.percent(money.multiply(seatMinor, seats), 100 - Math.max(0, ...percents));
const yearlyMinor = money.percent(money.multiply(monthlyMinor, 12), 100 - annualPrepayPercent);
const monthly = money.format(monthlyMinor, currency);
return { seats, currency, monthlyMinor, yearlyMinor, monthly, yearly: money.format(yearlyMinor, currency) };
`.trim();
