import { z } from 'zod';
import { canonicalJson, type Json, jsonSchema } from '#harness';

export const ledgerEntrySchema = z.strictObject({
  /** Counts the requests from 1. */
  seq: z.int().positive(),
  kind: z.enum(['refund', 'mail', 'claim', 'escalation']),
  /** The idempotency key it came with, if any. */
  key: z.string().nullable(),
  /** The request's body as it arrived; null when it was not JSON. */
  arguments: jsonSchema,
  /** `accepted` had an effect, `repeated` got the first answer again and had none, `refused` had none. */
  outcome: z.enum(['accepted', 'repeated', 'refused']),
  effectId: z.string().optional(),
});
/** One request for an effect that reached the world, whatever became of it. */
export type LedgerEntry = z.infer<typeof ledgerEntrySchema>;

export interface EffectRequest {
  readonly kind: LedgerEntry['kind'];
  readonly key: string | null;
  readonly body: Json;
}

/** An effect with its id, or a refusal without one. */
export interface Answer {
  readonly status: number;
  readonly body: Json;
  readonly effectId?: string;
}

export interface Ledger {
  readonly entries: () => readonly LedgerEntry[];
  /**
   * Answers a request and writes it down. Under a key that has had an effect, `perform` is not asked: equal arguments get
   * the first answer again, others are refused. Without a key each request is a new one.
   */
  readonly receive: (request: EffectRequest, perform: () => Answer) => Answer;
}

interface FirstRequest {
  readonly identity: string;
  readonly answer: Answer;
}

export function createLedger(): Ledger {
  const entries: LedgerEntry[] = [];
  const firsts = new Map<string, FirstRequest>();
  const write = (
    request: EffectRequest,
    outcome: LedgerEntry['outcome'],
    answer: Answer,
  ): Answer => {
    const { kind, key, body } = request;
    const { effectId } = answer;
    const entry = { seq: entries.length + 1, kind, key, arguments: body, outcome };
    entries.push(effectId === undefined ? entry : { ...entry, effectId });
    return answer;
  };
  return {
    entries: () => structuredClone(entries),
    receive: (request, perform) => {
      const { kind, key, body } = request;
      const identity = canonicalJson([kind, body]);
      const first = key === null ? undefined : firsts.get(key);
      if (first?.identity === identity) return write(request, 'repeated', first.answer);
      if (first !== undefined) {
        return write(request, 'refused', refusal(409, 'IDEMPOTENCY_KEY_REUSED', keyReused(key)));
      }
      const answer = perform();
      if (answer.effectId === undefined) return write(request, 'refused', answer);
      if (key !== null) firsts.set(key, { identity, answer });
      return write(request, 'accepted', answer);
    },
  };
}

export function refusal(status: number, code: string, message: string): Answer {
  return { status, body: { error: { code, message } } };
}

const keyReused = (key: string | null): string =>
  `The idempotency key ${key ?? ''} has been used for another request.`;
