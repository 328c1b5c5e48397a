import type { SessionEvent } from '#harness';
import { type Business, checkRunStates, checkToolResults } from '#scenarios';
import type { Crowd } from './crowd.ts';

/** Each customer was refunded their later charge, once and in full, and was told once. */
export function violationsInWorld(
  { refunds, mails }: Pick<Business, 'refunds' | 'mails'>,
  { visitors }: Crowd,
): readonly string[] {
  const paid = Map.groupBy(refunds, (refund) => refund.chargeId);
  const told = Map.groupBy(mails, (mail) => mail.customerId);
  const strays = refunds.length - visitors.length;
  return [
    ...(strays > 0 ? [`${strays} refunds too many were paid`] : []),
    ...visitors.flatMap(({ customerId, duplicateId, amountMinor, currency }) => {
      const [refund, ...more] = paid.get(duplicateId) ?? [];
      const isInFull = refund?.amountMinor === amountMinor && refund.currency === currency;
      return [
        ...(isInFull && more.length === 0
          ? []
          : [`${duplicateId} was not refunded once and in full`]),
        ...(told.get(customerId)?.length === 1 ? [] : [`${customerId} was not told once`]),
      ];
    }),
  ];
}

/** A log is one history: numbered without gaps, every call with its result, every run from its message to its one end. */
export function violationsInLog(
  sessionId: string,
  events: readonly SessionEvent[],
): readonly string[] {
  const isNumbered = events.every((event, index) => event.seq === index + 1);
  const ends = events.filter(({ fact }) => fact.type === 'run-completed').length;
  return [
    ...(isNumbered && ends === 1 ? [] : [`the log of ${sessionId} is not one history`]),
    ...[...checkToolResults({ events }), ...checkRunStates(events)].map(
      ({ message }) => `${sessionId}: ${message}`,
    ),
  ];
}
