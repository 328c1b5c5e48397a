import { z } from 'zod';
import { RetryableToolError, ToolRefusal } from '#harness';
import { type ReadableArticle, readableArticleSchema } from './articles-for.ts';
import {
  type Charge,
  type Claim,
  type ClaimRequest,
  chargeSchema,
  claimSchema,
  type Escalation,
  type EscalationRequest,
  escalationSchema,
  type Mail,
  type MailRequest,
  mailSchema,
  type Order,
  orderSchema,
  type Refund,
  type RefundRequest,
  refundSchema,
} from './business.ts';
import {
  type Incident,
  incidentSchema,
  type PriceList,
  priceListSchema,
  type Subscription,
  subscriptionSchema,
} from './catalogue.ts';
import type { CustomerCollection } from './create-world-state.ts';

/** A world as tools see it, from any process. */
export interface WorldClient {
  readonly charges: (customerId: string) => Promise<readonly Charge[]>;
  readonly orders: (customerId: string) => Promise<readonly Order[]>;
  readonly refunds: (customerId: string) => Promise<readonly Refund[]>;
  readonly claims: (customerId: string) => Promise<readonly Claim[]>;
  readonly mails: (customerId: string) => Promise<readonly Mail[]>;
  readonly escalations: (customerId: string) => Promise<readonly Escalation[]>;
  readonly subscriptions: (customerId: string) => Promise<readonly Subscription[]>;
  /** What somebody of this role may read of the knowledge base. */
  readonly articles: (role: string) => Promise<readonly ReadableArticle[]>;
  readonly incidents: () => Promise<readonly Incident[]>;
  readonly prices: () => Promise<PriceList>;
  /** Pays a refund; under a key it is paid once, however often it is asked for. */
  readonly payRefund: (request: RefundRequest, key: string | null) => Promise<Refund>;
  /** Files a claim with the carrier, who keeps no keys: asked twice, there are two. */
  readonly fileClaim: (request: ClaimRequest) => Promise<Claim>;
  /** Puts a case into the queue of people; under a key it is there once. */
  readonly openCase: (request: EscalationRequest, key: string | null) => Promise<Escalation>;
  /** Sends a mail; under a key it is sent once. */
  readonly sendMail: (request: MailRequest, key: string | null) => Promise<Mail>;
}

/** A world that does not answer for this long has failed. */
const answerLimitMs = 10_000;

const problemSchema = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/**
 * Speaks to the world at `url`. What the world refuses (4xx) becomes a ToolRefusal; what it cannot do just now (5xx, no
 * answer) a RetryableToolError, which the harness tries again under the same key.
 */
export function worldClient(url: string): WorldClient {
  const read = (customerId: string, name: CustomerCollection) =>
    ask(`${url}/customers/${encodeURIComponent(customerId)}/${name}`, {});
  const post = (path: string, body: unknown, key: string | null) =>
    ask(`${url}/${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(key === null ? {} : { 'idempotency-key': key }),
      },
      body: JSON.stringify(body),
    });
  return {
    charges: async (customerId) => z.array(chargeSchema).parse(await read(customerId, 'charges')),
    orders: async (customerId) => z.array(orderSchema).parse(await read(customerId, 'orders')),
    refunds: async (customerId) => z.array(refundSchema).parse(await read(customerId, 'refunds')),
    claims: async (customerId) => z.array(claimSchema).parse(await read(customerId, 'claims')),
    mails: async (customerId) => z.array(mailSchema).parse(await read(customerId, 'mails')),
    escalations: async (customerId) =>
      z.array(escalationSchema).parse(await read(customerId, 'escalations')),
    subscriptions: async (customerId) =>
      z.array(subscriptionSchema).parse(await read(customerId, 'subscriptions')),
    articles: async (role) =>
      z
        .array(readableArticleSchema)
        .parse(await ask(`${url}/readers/${encodeURIComponent(role)}/articles`, {})),
    incidents: async () => z.array(incidentSchema).parse(await ask(`${url}/incidents`, {})),
    prices: async () => priceListSchema.parse(await ask(`${url}/prices`, {})),
    openCase: async (body, key) => escalationSchema.parse(await post('escalations', body, key)),
    payRefund: async (body, key) => refundSchema.parse(await post('refunds', body, key)),
    fileClaim: async (body) => claimSchema.parse(await post('claims', body, null)),
    sendMail: async (body, key) => mailSchema.parse(await post('mails', body, key)),
  };
}

async function ask(url: string, init: RequestInit): Promise<unknown> {
  const { status, body } = await answerOf(url, init);
  if (status < 400) return body;
  const { code, message } = problemSchema.parse(body).error;
  throw status < 500 ? new ToolRefusal(code, message) : new RetryableToolError(code, message);
}

/** Messages name no address: it differs from run to run, and the model is told what they say. */
async function answerOf(
  url: string,
  init: RequestInit,
): Promise<{ status: number; body: unknown }> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(answerLimitMs) });
    return { status: response.status, body: await response.json() };
  } catch (error) {
    throw new RetryableToolError('WORLD_UNREACHABLE', 'The world does not answer.', error);
  }
}
