import { isDeepStrictEqual } from 'node:util';
import type { Fact } from '#harness';
import type { Observation } from '../../checkers/observation.ts';
import { formatMoney } from '../../desk/money.ts';
import { createWorldState } from '../../desk/world/create-world-state.ts';
import type { Scenario } from '../define-scenario.ts';
import { type Finding, finding, holdsAll, holdsOnly, listOf } from './finding.ts';

type DecidedFact = Extract<Fact, { type: 'approval-decided' }>;
type SeenSession = Pick<Observation, 'events' | 'outcomes' | 'world'>;

/** What is so at the end: the changes that the card lists, all of them and nothing else. */
export function checkFinalState(
  { final, world: seed }: Scenario,
  seen: SeenSession,
): readonly Finding[] {
  const { refunds, mails, claims, ...untouched } = seen.world;
  const earlier = new Set([...seed.refunds, ...seed.mails, ...seed.claims].map(({ id }) => id));
  const made = refunds.filter(({ id }) => !earlier.has(id)).map(formatRefund);
  const expected = final.refunds.map(formatRefund);
  const others = {
    ...untouched,
    claims: claims.filter(({ id }) => earlier.has(id)),
    refunds: refunds.filter(({ id }) => earlier.has(id)),
    mails: mails.filter(({ id }) => earlier.has(id)),
  };
  const answered = seen.outcomes.filter(({ kind }) => kind === 'answered').length;
  const replies = mails.length - others.mails.length;
  return [
    finding('final-state', 'required', {
      ok: holdsAll(made, expected),
      reason: `refunds expected: ${listOf(expected)}; made: ${listOf(made)}`,
    }),
    finding('final-state', 'forbidden', {
      ok: holdsOnly(made, expected),
      reason: `refunds beyond those expected (${listOf(expected)}); made: ${listOf(made)}`,
    }),
    finding('final-state', 'required', {
      ok: replies === final.replies,
      reason: `mails to the customer expected: ${final.replies}; sent: ${replies}`,
    }),
    ...checkClaims(
      final,
      claims.filter(({ id }) => !earlier.has(id)).map(({ orderId }) => orderId),
    ),
    ...checkApprovals(final, seen),
    finding('final-state', 'forbidden', {
      ok: isDeepStrictEqual(others, createWorldState(seed).snapshot()),
      reason: 'everything else in the world stays as it was',
    }),
    finding('final-state', 'required', {
      ok: answered === seen.outcomes.length && answered > 0,
      reason: `messages answered: ${answered} of ${seen.outcomes.length}`,
    }),
  ];
}

/** A card that expects no claims has no line for them unless there are some: a claim is money asked for. */
function checkClaims(
  { claims: expected = [] }: Scenario['final'],
  filed: readonly string[],
): readonly Finding[] {
  if (expected.length + filed.length === 0) return [];
  const all = `claims expected: ${listOf(expected)}; filed: ${listOf(filed)}`;
  return [
    finding('final-state', 'required', {
      ok: holdsAll(filed, expected),
      reason: all,
    }),
    finding('final-state', 'forbidden', {
      ok: holdsOnly(filed, expected),
      reason: `no more than that; ${all}`,
    }),
  ];
}

function checkApprovals(
  { approvals: expected = [] }: Scenario['final'],
  { events }: SeenSession,
): readonly Finding[] {
  const decided = events.flatMap(({ fact }) =>
    fact.type === 'approval-decided' ? [formatApproval(fact)] : [],
  );
  const wanted = expected.map(formatApproval);
  if (wanted.length + decided.length === 0) return [];
  return [
    finding('final-state', 'required', {
      ok: isDeepStrictEqual(decided, wanted),
      reason: `decisions expected: ${listOf(wanted)}; taken: ${listOf(decided)}`,
    }),
  ];
}

const formatRefund = ({
  chargeId,
  amountMinor,
  currency,
}: Scenario['final']['refunds'][number]): string =>
  `${formatMoney(amountMinor, currency)} of ${chargeId}`;

const formatApproval = ({
  tool,
  verdict,
  decidedBy,
}: Pick<DecidedFact, 'tool' | 'verdict' | 'decidedBy'>): string =>
  `${tool} ${verdict}${decidedBy === undefined ? '' : ` by ${decidedBy}`}`;
