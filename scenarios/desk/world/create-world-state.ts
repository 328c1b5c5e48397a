import { z } from 'zod';
import {
  type Business,
  type Charge,
  type Claim,
  claimRequestSchema,
  type Escalation,
  escalationRequestSchema,
  type Mail,
  mailRequestSchema,
  type Order,
  type Refund,
  refundRequestSchema,
  type WorldSeed,
  worldSeedSchema,
} from './business.ts';
import type { Subscription } from './catalogue.ts';
import {
  type Answer,
  createLedger,
  type EffectRequest,
  type LedgerEntry,
  refusal,
} from './ledger.ts';
import type { WorldJournal } from './world-journal.ts';

// The payment provider, the shop's orders, the carrier, the mail outbox and the queue of cases that people work off.
//
//   W1. It pays what a well-formed request for a charge it knows says. It does not add up refunds, compare currencies or
//       ask whether a charge is settled: a provider that saves us from ourselves would hide the defect we look for.
//   W2. It deduplicates by idempotency key and by nothing else (see Ledger).
//       The carrier keeps no keys: whoever asks twice has two claims.
//   W3. Ids and times follow from the seed and the order of effects, so two worlds with one history are equal.

/** What one customer has with the provider, the shop, the carrier and the outbox. */
export const customerCollectionSchema = z.enum([
  'charges',
  'orders',
  'refunds',
  'claims',
  'mails',
  'escalations',
  'subscriptions',
]);
export type CustomerCollection = z.infer<typeof customerCollectionSchema>;
type CustomerItem = Charge | Order | Refund | Claim | Mail | Escalation | Subscription;

export interface WorldState {
  /** Canonical: lists are sorted by id. */
  readonly snapshot: () => Business;
  readonly ledger: () => readonly LedgerEntry[];
  /** Undefined for a customer that this world does not know. */
  readonly collection: (
    customerId: string,
    name: CustomerCollection,
  ) => readonly CustomerItem[] | undefined;
  readonly receive: (request: EffectRequest) => Answer;
  /** Whether nothing can be read here at the moment. */
  readonly isDown: (name: string) => boolean;
}

/** Throws a ZodError when the seed is not a business. */
export function createWorldState(seed: WorldSeed, journal?: WorldJournal): WorldState {
  const { now, outages = [], ...business } = worldSeedSchema.parse(structuredClone(seed));
  const ledger = createLedger();
  const perform = { refund: payRefund, mail: sendMail, claim: fileClaim, escalation: openCase };
  const receive = ({ kind, key, body }: EffectRequest): Answer =>
    ledger.receive({ kind, key: kind === 'claim' ? null : key, body }, () =>
      perform[kind](business, now, body),
    );
  for (const request of journal?.kept ?? []) receive(request);
  return {
    isDown: (name) => outages.some((each) => each === name),
    snapshot: () => ({
      customers: sortedById(business.customers),
      charges: sortedById(business.charges),
      orders: sortedById(business.orders),
      refunds: sortedById(business.refunds),
      claims: sortedById(business.claims),
      mails: sortedById(business.mails),
      escalations: sortedById(business.escalations),
      subscriptions: sortedById(business.subscriptions),
      incidents: sortedById(business.incidents),
      articles: sortedById(business.articles),
      prices: structuredClone(business.prices),
    }),
    ledger: ledger.entries,
    collection: (customerId, name) =>
      business.customers.some(({ id }) => id === customerId)
        ? collectionOf(business, customerId)[name]
        : undefined,
    receive: (request) => {
      journal?.keep(request);
      return receive(request);
    },
  };
}

function payRefund(business: Business, now: string, body: unknown): Answer {
  const request = refundRequestSchema.safeParse(body);
  if (!request.success) return malformed(request.error);
  const { chargeId } = request.data;
  if (!business.charges.some(({ id }) => id === chargeId)) {
    return refusal(404, 'CHARGE_UNKNOWN', `There is no charge ${chargeId}.`);
  }
  const refund = { id: `re_${business.refunds.length + 1}`, ...request.data, paidAt: now };
  business.refunds.push(refund);
  return { status: 201, body: refund, effectId: refund.id };
}

function sendMail(business: Business, now: string, body: unknown): Answer {
  const request = mailRequestSchema.safeParse(body);
  if (!request.success) return malformed(request.error);
  const { customerId } = request.data;
  const customer = business.customers.find(({ id }) => id === customerId);
  if (customer === undefined) {
    return refusal(404, 'CUSTOMER_UNKNOWN', `There is no customer ${customerId}.`);
  }
  const id = `mail_${business.mails.length + 1}`;
  const mail = { id, to: customer.email, ...request.data, sentAt: now };
  business.mails.push(mail);
  return { status: 201, body: mail, effectId: mail.id };
}

function fileClaim(business: Business, now: string, body: unknown): Answer {
  const request = claimRequestSchema.safeParse(body);
  if (!request.success) return malformed(request.error);
  const { orderId } = request.data;
  if (!business.orders.some(({ id }) => id === orderId)) {
    return refusal(404, 'ORDER_UNKNOWN', `There is no order ${orderId}.`);
  }
  const claim = { id: `claim_${business.claims.length + 1}`, ...request.data, filedAt: now };
  business.claims.push(claim);
  return { status: 201, body: claim, effectId: claim.id };
}

function openCase(business: Business, now: string, body: unknown): Answer {
  const request = escalationRequestSchema.safeParse(body);
  if (!request.success) return malformed(request.error);
  const id = `case_${business.escalations.length + 1}`;
  const escalation = { id, ...request.data, openedAt: now };
  business.escalations.push(escalation);
  return { status: 201, body: escalation, effectId: id };
}

function malformed(error: z.ZodError): Answer {
  const issues = error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  return refusal(400, 'REQUEST_MALFORMED', issues.join('; '));
}

function collectionOf(
  { charges, orders, refunds, claims, mails, escalations, subscriptions }: Business,
  customerId: string,
): Readonly<Record<CustomerCollection, readonly CustomerItem[]>> {
  const own = charges.filter((charge) => charge.customerId === customerId);
  const ownOrders = orders.filter((order) => order.customerId === customerId);
  return {
    charges: own,
    orders: ownOrders,
    refunds: refunds.filter((refund) => own.some(({ id }) => id === refund.chargeId)),
    claims: claims.filter((claim) => ownOrders.some(({ id }) => id === claim.orderId)),
    mails: mails.filter((mail) => mail.customerId === customerId),
    escalations: escalations.filter((escalation) => escalation.customerId === customerId),
    subscriptions: subscriptions.filter((subscription) => subscription.customerId === customerId),
  };
}

function sortedById<Item extends { readonly id: string }>(items: Item[]): Item[] {
  return structuredClone(items).toSorted((left, right) => (left.id < right.id ? -1 : 1));
}
