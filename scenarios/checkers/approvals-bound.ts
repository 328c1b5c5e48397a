import { type Approval, canonicalJson } from '#harness';
import { formatMoney } from '../desk/money.ts';
import { automaticLimit } from '../desk/policy/decide-refund.ts';
import { type RefundRequest, refundRequestSchema } from '../desk/world/business.ts';
import type { LedgerEntry } from '../desk/world/ledger.ts';
import type { Observation } from './observation.ts';
import type { Violation } from './violation.ts';

type Seen = Pick<Observation, 'ledger' | 'world' | 'approvals'>;

/** A refund that the world was made to pay. */
interface Paid {
  readonly key: string | null;
  readonly request: RefundRequest;
  /** What had been refunded of the charge when it was paid, this refund included. */
  readonly totalMinor: number;
}

/**
 * I3: every refund above the limit has exactly one approval, consumed, of just these arguments, and no other effect has it
 * too. A refund that a person was asked about is never paid without their yes. Nobody is asked again what they have
 * rejected, and nobody's silence is taken for a no.
 */
export function checkApprovalsBound({ ledger, world, approvals = [] }: Seen): readonly Violation[] {
  return [
    ...paidRefunds(ledger, world).flatMap((paid) => checkPaid(paid, approvals)),
    ...checkAskedOnce(approvals),
    ...approvals
      .filter(isSilenceTakenForNo)
      .map(({ approvalId, expiresAt }) =>
        violation(
          `${approvalId} is rejected by a person before it expires`,
          `nobody decided by ${expiresAt}`,
        ),
      ),
  ];
}

function paidRefunds(ledger: readonly LedgerEntry[], { refunds }: Seen['world']): readonly Paid[] {
  const made = new Set(ledger.map(({ effectId }) => effectId));
  const totals = new Map<string, number>();
  const count = ({ chargeId, amountMinor }: RefundRequest): number => {
    const totalMinor = (totals.get(chargeId) ?? 0) + amountMinor;
    totals.set(chargeId, totalMinor);
    return totalMinor;
  };
  for (const refund of refunds.filter(({ id }) => !made.has(id))) count(refund);
  return ledger.flatMap(({ kind, key, outcome, arguments: body }) => {
    const request = refundRequestSchema.safeParse(body).data;
    if (kind !== 'refund' || outcome !== 'accepted' || request === undefined) return [];
    return [{ key, request, totalMinor: count(request) }];
  });
}

function checkPaid(
  { request, totalMinor }: Paid,
  approvals: readonly Approval[],
): readonly Violation[] {
  const { reference, ...input } = request;
  const { chargeId, amountMinor, currency } = input;
  const own = approvals.filter(({ approvalId }) => approvalId === reference);
  if (own.length === 0 && totalMinor <= automaticLimit[currency]) return [];
  const name = `${formatMoney(amountMinor, currency)} of ${chargeId} by ${reference}`;
  const [approval] = own;
  if (approval?.status !== 'consumed') {
    const status = approval === undefined ? 'never asked for' : approval.status;
    return [violation(`${name} with its own approval, consumed`, `an approval that is ${status}`)];
  }
  const approved = canonicalJson(approval.editedArguments ?? approval.arguments);
  const paid = canonicalJson(input);
  return approved === paid
    ? []
    : [violation(`${name} with the arguments that were approved, ${approved}`, paid)];
}

/** A request that was entered as rejected carries the decision it was rejected by; one of its own means a second question. */
function checkAskedOnce(approvals: readonly Approval[]): readonly Violation[] {
  const same = Map.groupBy(approvals, ({ tool, arguments: input }) =>
    canonicalJson([tool, moneyOf(input) ?? input]),
  );
  return [...same.values()].flatMap((requests) => {
    const rejection = requests.findIndex(({ status }) => status === 'rejected');
    const no = requests[rejection];
    if (no === undefined) return [];
    return requests
      .slice(rejection + 1)
      .filter(({ status, decidedAt }) => status !== 'rejected' || decidedAt !== no.decidedAt)
      .map(({ approvalId, status }) =>
        violation(
          `nobody asked again what was rejected as ${no.approvalId}`,
          `${approvalId}, ${status}`,
        ),
      );
  });
}

/** A refund in other words is the same refund. */
const moneyOf = (input: unknown): unknown =>
  refundRequestSchema
    .pick({ chargeId: true, amountMinor: true, currency: true })
    .strip()
    .safeParse(input).data;

const isSilenceTakenForNo = ({ status, decidedAt, expiresAt }: Approval): boolean =>
  status === 'rejected' && (decidedAt === undefined || decidedAt >= expiresAt);

function violation(expected: string, found: string): Violation {
  const message = `Something happened that nobody had agreed to: expected ${expected}, found ${found}.`;
  return { invariant: 'I3', expected, found, message };
}
