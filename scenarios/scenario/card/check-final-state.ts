import { isDeepStrictEqual } from 'node:util';
import type { Approval, Fact, RunOutcome, SessionRecord } from '#harness';
import type { Observation } from '../../checkers/observation.ts';
import { formatMoney } from '../../desk/money.ts';
import { classificationCollection } from '../../desk/tools/classify-item.ts';
import { type Quote, quoteCollection, quoteSchema } from '../../desk/tools/create-quote.ts';
import { ticketCollection, ticketSchema } from '../../desk/tools/create-ticket.ts';
import { draftCollection } from '../../desk/tools/draft-reply.ts';
import { createWorldState } from '../../desk/world/create-world-state.ts';
import type { Scenario } from '../define-scenario.ts';
import { type Finding, finding, holdsAll, holdsOnly, listOf } from './finding.ts';

type Decided = Pick<Extract<Fact, { type: 'approval-decided' }>, 'tool' | 'verdict' | 'decidedBy'>;
type SeenSession = Pick<
  Observation,
  'events' | 'outcomes' | 'world' | 'records' | 'approvals' | 'cleared'
>;

/** What is so at the end: the changes that the card lists, all of them and nothing else. */
export function checkFinalState(
  { final, world: seed }: Scenario,
  seen: SeenSession,
): readonly Finding[] {
  const { refunds, mails, claims, escalations, ...untouched } = seen.world;
  const earlier = new Set(
    [...seed.refunds, ...seed.mails, ...seed.claims, ...seed.escalations].map(({ id }) => id),
  );
  const made = refunds.filter(({ id }) => !earlier.has(id)).map(formatRefund);
  const expected = final.refunds.map(formatRefund);
  const others = {
    ...untouched,
    claims: claims.filter(({ id }) => earlier.has(id)),
    escalations: escalations.filter(({ id }) => earlier.has(id)),
    refunds: refunds.filter(({ id }) => earlier.has(id)),
    mails: mails.filter(({ id }) => earlier.has(id)),
  };
  const { unanswered = [] } = final;
  const answered = seen.outcomes.filter(({ kind }) => kind === 'answered').length;
  const notAnswered = seen.outcomes.flatMap(endingOf);
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
    ...checkList('claims', {
      expected: final.claims ?? [],
      found: claims.filter(({ id }) => !earlier.has(id)).map(({ orderId }) => orderId),
    }),
    ...checkList('cases for people', {
      expected: final.escalations ?? [],
      found: escalations.filter(({ id }) => !earlier.has(id)).map(({ queue }) => queue),
    }),
    ...checkRecords(final, seen.records),
    ...checkApprovals(final, seen),
    finding('final-state', 'forbidden', {
      ok: isDeepStrictEqual(others, createWorldState(seed).snapshot()),
      reason: 'everything else in the world stays as it was',
    }),
    finding('final-state', 'required', {
      ok: isDeepStrictEqual(notAnswered, unanswered) && answered > 0,
      reason: `messages answered: ${seen.outcomes.length - notAnswered.length} of ${seen.outcomes.length}; the others expected: ${listOf(unanswered)}; found: ${listOf(notAnswered)}`,
    }),
  ];
}

/** How a message ended that nobody answers. One that another run has read is answered there. */
function endingOf(outcome: RunOutcome): readonly string[] {
  if (outcome.kind === 'failed') return [outcome.error.code];
  return outcome.kind === 'cancelled' ? [outcome.kind] : [];
}

/** What the desk keeps in the session: tickets and quotes as the card lists them, beside its own notes. */
function checkRecords(
  { tickets = [], quotes = [], records: own = [] }: Scenario['final'],
  records: readonly SessionRecord[],
): readonly Finding[] {
  const valuesIn = (name: string): readonly unknown[] =>
    records.filter(({ collection }) => collection === name).map(({ value }) => value);
  const others = records.filter(
    ({ collection }) => !keptCollections.has(collection) && !collection.startsWith(harnessPrefix),
  );
  return [
    ...checkList('tickets', {
      expected: tickets.map(formatTicket),
      found: valuesIn(ticketCollection).map((value) =>
        formatTicket(ticketSchema.parse(value).incidentId),
      ),
    }),
    ...checkList('quotes', {
      expected: quotes.map(formatQuote),
      found: valuesIn(quoteCollection).map((value) => formatQuote(quoteSchema.parse(value))),
    }),
    ...checkList('other records', {
      expected: own,
      found: others.map(({ collection }) => collection),
    }),
  ];
}

/** What the harness keeps beside the tools' records. */
const harnessPrefix = 'groundhog.';

const keptCollections: ReadonlySet<string> = new Set([
  classificationCollection,
  draftCollection,
  ticketCollection,
  quoteCollection,
]);

/** A card that expects none of a kind has no line for it unless there is one. */
function checkList(
  name: string,
  { expected, found }: { readonly expected: readonly string[]; readonly found: readonly string[] },
): readonly Finding[] {
  if (expected.length + found.length === 0) return [];
  const all = `${name} expected: ${listOf(expected)}; made: ${listOf(found)}`;
  return [
    finding('final-state', 'required', { ok: holdsAll(found, expected), reason: all }),
    finding('final-state', 'forbidden', {
      ok: holdsOnly(found, expected),
      reason: `no more than that; ${all}`,
    }),
  ];
}

function checkApprovals(
  { approvals: expected = [] }: Scenario['final'],
  { events, cleared, approvals = [] }: SeenSession,
): readonly Finding[] {
  // What was decided outlives the log.
  const decisions: readonly Decided[] =
    cleared === undefined
      ? events.flatMap(({ fact }) => (fact.type === 'approval-decided' ? [fact] : []))
      : approvals.flatMap(decisionIn);
  const decided = decisions.map(formatApproval);
  const wanted = expected.map(formatApproval);
  if (wanted.length + decided.length === 0) return [];
  return [
    finding('final-state', 'required', {
      ok: isDeepStrictEqual(decided, wanted),
      reason: `decisions expected: ${listOf(wanted)}; taken: ${listOf(decided)}`,
    }),
  ];
}

/** What a request came to, as its row says. */
function decisionIn({ tool, status, decidedBy }: Approval): readonly Decided[] {
  if (status === 'pending') return [];
  const verdict = status === 'consumed' ? 'approved' : status;
  return [{ tool, verdict, ...(decidedBy === undefined ? {} : { decidedBy }) }];
}

const formatRefund = ({
  chargeId,
  amountMinor,
  currency,
}: Scenario['final']['refunds'][number]): string =>
  `${formatMoney(amountMinor, currency)} of ${chargeId}`;

const formatTicket = (incidentId: string | null): string => incidentId ?? 'no incident';

const formatQuote = ({ seats, monthlyMinor, yearlyMinor, currency }: Quote): string =>
  `${seats} seats at ${formatMoney(monthlyMinor, currency)} a month, ${formatMoney(yearlyMinor, currency)} a year`;

const formatApproval = ({ tool, verdict, decidedBy }: Decided): string =>
  `${tool} ${verdict}${decidedBy === undefined ? '' : ` by ${decidedBy}`}`;
