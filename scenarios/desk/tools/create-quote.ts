import { z } from 'zod';
import { defineTool, type Tool, ToolRefusal } from '#harness';
import { amountMinorSchema, currencySchema } from '../money.ts';
import { priceOf } from '../policy/price.ts';
import type { WorldClient } from '../world/world-client.ts';
import { moneyRoles } from './money-roles.ts';

export type Quote = z.infer<typeof quoteSchema>;

export const quoteCollection = 'quotes';

export const quoteSchema = z.strictObject({
  seats: z.int().positive().max(10_000),
  monthlyMinor: amountMinorSchema.describe('For all seats, a month.'),
  yearlyMinor: amountMinorSchema.describe('For all seats, twelve months paid at once.'),
  currency: currencySchema,
});

/** Keeps an offer, if it is the price list's. The price stands in the call so that what was promised is what was checked. */
export function createQuote(world: WorldClient): Tool {
  return defineTool({
    name: 'createQuote',
    version: '1',
    owner: 'sales',
    description:
      'Keep a quote for seats of Larkspur Desk. Refused where an amount is not what the price list comes to.',
    input: quoteSchema,
    output: z.object({ quotedSeats: z.number() }),
    effect: 'transactional',
    agents: ['triage', 'supervisor'],
    roles: moneyRoles,
    execute: async (value, { records, idempotencyKey }) => {
      const { monthlyMinor, yearlyMinor, currency } = priceOf(value.seats, await world.prices());
      const isListed =
        value.monthlyMinor === monthlyMinor &&
        value.yearlyMinor === yearlyMinor &&
        value.currency === currency;
      if (!isListed) {
        throw new ToolRefusal(
          'QUOTE_NOT_THE_PRICE',
          `This is not what the price list comes to for ${value.seats} seats: compute it anew.`,
        );
      }
      await records.put({ collection: quoteCollection, key: idempotencyKey, value });
      return { quotedSeats: value.seats };
    },
  });
}
