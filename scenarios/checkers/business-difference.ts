import { quoteCollection } from '../desk/tools/create-quote.ts';
import { ticketCollection, ticketSchema } from '../desk/tools/create-ticket.ts';
import { firstDifference, formatDifference } from './first-difference.ts';
import type { Observation } from './observation.ts';

type State = Pick<Observation, 'world' | 'records'>;

/**
 * Where the ends of two sessions part for the business, in words; undefined where they do not. What was written in words of
 * one's own (mails, reasons, summaries) and what an agent keeps for itself do not count.
 */
export function businessDifference(expected: State, found: State): string | undefined {
  const difference = firstDifference(businessOf(expected), businessOf(found));
  return difference && formatDifference(difference);
}

function businessOf({ world, records }: State): Readonly<Record<string, unknown>> {
  const { refunds, mails, claims, escalations, ...rest } = world;
  const valuesIn = (name: string): readonly unknown[] =>
    records.filter(({ collection }) => collection === name).map(({ value }) => value);
  return {
    ...rest,
    refunds: refunds.map(({ reason: _, ...refund }) => refund),
    mails: mails.map(({ to }) => to),
    claims: claims.map(({ reason: _, ...claim }) => claim),
    escalations: escalations.map(({ queue }) => queue),
    tickets: valuesIn(ticketCollection).map((value) => ticketSchema.parse(value).incidentId),
    quotes: valuesIn(quoteCollection),
  };
}
