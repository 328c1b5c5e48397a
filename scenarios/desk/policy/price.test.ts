import { expect, test } from 'vitest';
import { prices } from '../world/larkspur-catalogue.ts';
import { priceOf } from './price.ts';

test.for([
  [1, 2000, 21_600],
  [24, 48_000, 518_400],
  [25, 45_000, 486_000],
  [49, 88_200, 952_560],
  [50, 85_000, 918_000],
])('%i seats cost %i a month and %i a year', ([seats = 0, monthlyMinor, yearlyMinor]) => {
  expect(priceOf(seats, prices)).toEqual({ monthlyMinor, yearlyMinor, currency: 'USD' });
});

test('half a cent is rounded up, once for the month and once for the year', () => {
  const odd = { ...prices, seatMinor: 3, volume: [{ fromSeats: 1, percent: 50 }] };
  expect(priceOf(1, odd)).toMatchObject({ monthlyMinor: 2, yearlyMinor: 22 });
});
