import type { SessionEvent } from './event.ts';

// The run of a sub-agent is named after the run that it works for: `<run>~<n>`. It stands in the same session, and no
// client can name a run like that.

const mark = '~';

/** Name of the n-th sub-agent's run, counted from 1. */
export const subRunId = (runId: string, number: number): string => `${runId}${mark}${number}`;

export const isSubRun = (runId: string): boolean => runId.includes(mark);

/** The run that a sub-agent works for; a run that is nobody's itself. */
export const runWorkedFor = (runId: string): string => runId.split(mark)[0] ?? runId;

/**
 * The events in an order that no race between sub-agents changes: those of a sub-agent's run together, where the first of
 * its siblings began, siblings by number. A session without sub-agents stays as it is.
 */
export function inLogicalOrder(events: readonly SessionEvent[]): readonly SessionEvent[] {
  const ofSubRuns = Map.groupBy(
    events.filter(({ runId }) => isSubRun(runId)),
    ({ runId }) => runWorkedFor(runId),
  );
  return events.flatMap((event) => {
    if (!isSubRun(event.runId)) return [event];
    const family = ofSubRuns.get(runWorkedFor(event.runId));
    return family?.[0] === event ? family.toSorted(bySubRun) : [];
  });
}

const bySubRun = (left: SessionEvent, right: SessionEvent): number =>
  numberOf(left) - numberOf(right) || left.seq - right.seq;

const numberOf = ({ runId }: SessionEvent): number =>
  Number(runId.slice(runId.indexOf(mark) + mark.length));
