import type { Currency } from '../money.ts';
import type { PriceList } from '../world/catalogue.ts';

export interface SeatPrice {
  readonly monthlyMinor: number;
  readonly yearlyMinor: number;
  readonly currency: Currency;
}

const monthsInYear = 12;

/** What so many seats cost, discounts included, in whole minor units. */
export function priceOf(seats: number, prices: PriceList): SeatPrice {
  const { currency, seatMinor, volume, annualPrepayPercent } = prices;
  const percent = Math.max(
    0,
    ...volume.filter(({ fromSeats }) => seats >= fromSeats).map((step) => step.percent),
  );
  const monthlyMinor = lessPercent(seats * seatMinor, percent);
  return {
    monthlyMinor,
    yearlyMinor: lessPercent(monthsInYear * monthlyMinor, annualPrepayPercent),
    currency,
  };
}

/** Halves round up. Integers all the way: 100 divides the product exactly or is rounded once. */
function lessPercent(amountMinor: number, percent: number): number {
  const hundredfold = amountMinor * (100 - percent);
  const rest = hundredfold % 100;
  return (hundredfold - rest) / 100 + (rest >= 50 ? 1 : 0);
}
