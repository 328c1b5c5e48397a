import { z } from 'zod';
import { amountMinorSchema, currencySchema } from '../money.ts';
import { articleSchema, incidentSchema, priceListSchema, subscriptionSchema } from './catalogue.ts';

// The business that the desk serves, as its payment provider, its shop, its carrier and its mail outbox keep it.

const customerSchema = z.strictObject({
  id: z.string().min(1),
  name: z.string().min(1),
  email: z.email(),
});

export const chargeSchema = z.strictObject({
  id: z.string().min(1),
  customerId: z.string().min(1),
  invoiceId: z.string().min(1),
  amountMinor: amountMinorSchema,
  currency: currencySchema,
  chargedAt: z.iso.datetime(),
  /** Only what is settled has been paid; an authorisation drops off by itself. */
  status: z.enum(['settled', 'authorised']),
  description: z.string(),
});
export type Charge = z.infer<typeof chargeSchema>;

export const refundRequestSchema = z.strictObject({
  chargeId: z.string().min(1),
  amountMinor: amountMinorSchema,
  currency: currencySchema,
  reason: z.string().min(1),
  /** The sender's own name for this effect, kept with it: by it both sides reconcile. It deduplicates nothing. */
  reference: z.string().min(1),
});
export type RefundRequest = z.infer<typeof refundRequestSchema>;

export const refundSchema = z.strictObject({
  id: z.string().min(1),
  ...refundRequestSchema.shape,
  paidAt: z.iso.datetime(),
});
export type Refund = z.infer<typeof refundSchema>;

export const mailRequestSchema = z.strictObject({
  customerId: z.string().min(1),
  subject: z.string().min(1),
  body: z.string().min(1),
  /** As of a refund. */
  reference: z.string().min(1),
});
export type MailRequest = z.infer<typeof mailRequestSchema>;

export const mailSchema = z.strictObject({
  id: z.string().min(1),
  to: z.email(),
  ...mailRequestSchema.shape,
  sentAt: z.iso.datetime(),
});
export type Mail = z.infer<typeof mailSchema>;

export const orderSchema = z.strictObject({
  id: z.string().min(1),
  customerId: z.string().min(1),
  /** What it was paid with: goods, tax and shipping together. */
  chargeId: z.string().min(1),
  goods: z.string().min(1),
  goodsMinor: amountMinorSchema,
  taxMinor: z.int().nonnegative(),
  shippingMinor: z.int().nonnegative(),
  currency: currencySchema,
  /** Where the carrier says that the parcel is. */
  parcel: z.enum(['in-transit', 'delivered', 'lost']),
  trackingNumber: z.string().min(1),
  /** Null while it has not arrived. */
  deliveredAt: z.iso.datetime().nullable(),
  /** The customer has opened the goods. */
  opened: z.boolean(),
});
export type Order = z.infer<typeof orderSchema>;

export const claimRequestSchema = z.strictObject({
  orderId: z.string().min(1),
  reason: z.string().min(1),
  /** As of a refund. */
  reference: z.string().min(1),
});
export type ClaimRequest = z.infer<typeof claimRequestSchema>;

/** A claim against the carrier for a parcel. */
export const claimSchema = z.strictObject({
  id: z.string().min(1),
  ...claimRequestSchema.shape,
  filedAt: z.iso.datetime(),
});
export type Claim = z.infer<typeof claimSchema>;

export const escalationRequestSchema = z.strictObject({
  customerId: z.string().min(1),
  /** Whose desk it lands on. */
  queue: z.enum(['support', 'billing_lead']),
  reason: z.string().min(1),
  /** As of a refund. */
  reference: z.string().min(1),
});
export type EscalationRequest = z.infer<typeof escalationRequestSchema>;

/** A case in the queue of people: from here on it is theirs. */
export const escalationSchema = z.strictObject({
  id: z.string().min(1),
  ...escalationRequestSchema.shape,
  openedAt: z.iso.datetime(),
});
export type Escalation = z.infer<typeof escalationSchema>;

export const businessSchema = z.strictObject({
  customers: z.array(customerSchema),
  charges: z.array(chargeSchema),
  orders: z.array(orderSchema),
  refunds: z.array(refundSchema),
  claims: z.array(claimSchema),
  mails: z.array(mailSchema),
  escalations: z.array(escalationSchema),
  subscriptions: z.array(subscriptionSchema),
  incidents: z.array(incidentSchema),
  articles: z.array(articleSchema),
  prices: priceListSchema,
});
/** All that a world holds. As a snapshot it is canonical: each list is sorted by id. */
export type Business = z.infer<typeof businessSchema>;

export const worldSeedSchema = z.strictObject({
  /** The world's clock stands still here. */
  now: z.iso.datetime(),
  ...businessSchema.shape,
  /** What cannot be read of it, as if the service behind it were down; everything can by default. */
  outages: z
    .array(z.enum(['charges', 'articles', 'incidents', 'prices']))
    .readonly()
    .optional(),
});
/** What a world begins with. */
export type WorldSeed = z.infer<typeof worldSeedSchema>;
