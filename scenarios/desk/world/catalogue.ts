import { z } from 'zod';
import { amountMinorSchema, currencySchema } from '../money.ts';

// What the business sells and knows: the same for every customer.

const percentSchema = z.int().min(0).max(100);

/** What seats of Larkspur Desk cost a month, by how many there are. */
export const priceListSchema = z.strictObject({
  product: z.string().min(1),
  currency: currencySchema,
  seatMinor: amountMinorSchema,
  /** The discount on all seats from so many on; the highest that applies. */
  volume: z.array(z.strictObject({ fromSeats: z.int().positive(), percent: percentSchema })),
  /** On twelve months paid at once, after the volume discount. */
  annualPrepayPercent: percentSchema,
});
export type PriceList = z.infer<typeof priceListSchema>;

export const incidentSchema = z.strictObject({
  id: z.string().min(1),
  title: z.string().min(1),
  status: z.enum(['open', 'resolved']),
  since: z.iso.datetime(),
  /** Part of a month's price that those who were hit get as credit; 0 where none was promised. */
  serviceCreditPercent: percentSchema,
  /** Customers who were hit by it. */
  affected: z.array(z.string()),
});
export type Incident = z.infer<typeof incidentSchema>;

const paragraphSchema = z.strictObject({
  text: z.string().min(1),
  /** `staff` is for colleagues: no customer is ever shown it. */
  readers: z.enum(['everybody', 'staff']),
});

/** One version of an article; the newest of an article is the one that holds. */
export const articleSchema = z.strictObject({
  /** Of this version: `KB-12@2`. */
  id: z.string().min(1),
  articleId: z.string().min(1),
  version: z.int().positive(),
  title: z.string().min(1),
  paragraphs: z.array(paragraphSchema).min(1),
});
export type Article = z.infer<typeof articleSchema>;

export const subscriptionSchema = z.strictObject({
  id: z.string().min(1),
  customerId: z.string().min(1),
  plan: z.string().min(1),
  seats: z.int().positive(),
  interval: z.enum(['month', 'year']),
  priceMinor: amountMinorSchema,
  currency: currencySchema,
  startedAt: z.iso.datetime(),
  status: z.enum(['active', 'cancelled']),
});
export type Subscription = z.infer<typeof subscriptionSchema>;
