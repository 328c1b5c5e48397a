import type { Failure } from '../session/event.ts';
import type { LimitAnswer, LimitUse } from '../session/limit-use.ts';

// Rate limits and quotas in fixed windows: how much of something may be used between two times.
//
//   Q1. What is admitted in a window never exceeds `max`, however many processes ask at once.
//   Q2. A use that is told twice, because its step ran twice, counts once; its answer is then yes.
//   Q3. Of several limits on one use, all admit it and count it, or none counts it.
//   Q4. A window is part of its uses: nothing has to expire, so no crash can leave a limit shut.

/** What is told apart: a limit per tenant counts all of a tenant's uses together, and so on. Principals are told apart within their tenant. */
export type LimitScope = 'tenant' | 'principal' | 'tool';

export interface Limit {
  readonly id: string;
  /** Of what there is one count each. None: one count for everybody. */
  readonly per: readonly LimitScope[];
  /** What is counted, e.g. `calls`, `tokens` or `cents`. A use that has none of it is not the limit's business. */
  readonly unit: string;
  readonly windowMs: number;
  readonly max: number;
  /** Names of the tools it is about; all when absent. */
  readonly tools?: readonly string[];
}

/** What somebody is about to use. */
export interface Use {
  /** Names the use, e.g. the call's idempotency key. */
  readonly key: string;
  readonly tenant: string;
  readonly principal: string;
  readonly tool: string;
  /** Whole numbers by unit, e.g. `{ calls: 1 }`. */
  readonly amounts: Readonly<Record<string, number>>;
}

/** Where uses are counted: Q1 to Q4 hold for any number of processes. */
export interface LimitStore {
  /** Counts all uses or none of them. One answer for each, in order; each is of another limit. */
  readonly use: (uses: readonly LimitUse[]) => Promise<readonly LimitAnswer[]>;
  /** Removes the uses of windows that began before, and says how many. */
  readonly purge: (beforeMs: number) => Promise<number>;
}

export type LimitVerdict =
  | { readonly kind: 'admitted' }
  | {
      readonly kind: 'refused';
      /** Every limit that refuses. */
      readonly refusals: readonly LimitRefusal[];
      /** Until the last of them begins a new window. */
      readonly retryAfterMs: number;
      /** For the model. */
      readonly failure: Failure;
    };

export interface LimitRefusal {
  readonly limit: Limit;
  readonly used: number;
  readonly retryAfterMs: number;
}

/** Asks every limit that this use falls under; counted by all of them, or refused with all that refuse. */
export async function useLimits(
  { store, limits }: { readonly store: Pick<LimitStore, 'use'>; readonly limits: readonly Limit[] },
  use: Use,
  nowMs: number,
): Promise<LimitVerdict> {
  const asked = limits.filter((limit) => concerns(limit, use));
  if (asked.length === 0) return { kind: 'admitted' };
  const answers = await store.use(asked.map((limit) => countedUse(limit, use, nowMs)));
  const refusals = asked.flatMap((limit, index) => {
    const answer = answers[index];
    if (answer === undefined || answer.allowed) return [];
    const retryAfterMs = windowStart(limit, nowMs) + limit.windowMs - nowMs;
    return [{ limit, used: answer.used, retryAfterMs }];
  });
  if (refusals.length === 0) return { kind: 'admitted' };
  const retryAfterMs = Math.max(...refusals.map((refusal) => refusal.retryAfterMs));
  return { kind: 'refused', refusals, retryAfterMs, failure: failureOf(refusals, retryAfterMs) };
}

/** What a store can count at once: 21 million in a currency of hundredths. */
const largestAmount = 2 ** 31 - 1;

/** Throws RangeError for an amount that would give back what was used, count parts, or not be countable. */
export function assertAmount({ limit, amount }: LimitUse): void {
  if (Number.isSafeInteger(amount) && amount >= 0 && amount <= largestAmount) return;
  throw new RangeError(`${limit} counts whole amounts from 0 to ${largestAmount}, not ${amount}`);
}

const concerns = (limit: Limit, use: Use): boolean =>
  use.amounts[limit.unit] !== undefined && (limit.tools?.includes(use.tool) ?? true);

function countedUse(limit: Limit, use: Use, nowMs: number): LimitUse {
  const scopes: Readonly<Record<LimitScope, readonly string[]>> = {
    tenant: [use.tenant],
    principal: [use.tenant, use.principal],
    tool: [use.tool],
  };
  return {
    limit: JSON.stringify([limit.id, ...limit.per.map((scope) => [scope, ...scopes[scope]])]),
    windowStartMs: windowStart(limit, nowMs),
    key: use.key,
    amount: use.amounts[limit.unit] ?? 0,
    max: limit.max,
  };
}

const windowStart = ({ windowMs }: Limit, nowMs: number): number =>
  Math.floor(nowMs / windowMs) * windowMs;

function failureOf(refusals: readonly LimitRefusal[], retryAfterMs: number): Failure {
  const said = refusals.map(
    ({ limit, used }) => `${limit.id} (${used} of ${limit.max} ${limit.unit} used)`,
  );
  const seconds = Math.ceil(retryAfterMs / 1000);
  return {
    code: 'LIMIT_EXCEEDED',
    message: `Refused by ${said.join(', ')}. Try again in ${seconds} s.`,
  };
}
