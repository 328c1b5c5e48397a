import type { RetentionReport } from '#harness';

export function renderRetentionReport(report: RetentionReport, isDryRun: boolean): string {
  const { sessions, runs, events, deltas, records, approvals, kept } = report;
  const inUse = kept.length === 0 ? [] : [`Still in use and kept: ${kept.join(', ')}.`];
  if (isDryRun)
    return [`Would delete ${counted(sessions.length, 'session')}.`, ...inUse].join('\n');
  const parts = [
    counted(runs, 'run'),
    counted(events, 'event'),
    counted(deltas, 'piece') + ' of text',
    counted(records, 'record'),
    counted(approvals, 'approval'),
  ];
  return [`Deleted ${counted(sessions.length, 'session')}: ${parts.join(', ')}.`, ...inUse].join(
    '\n',
  );
}

const counted = (count: number, what: string): string =>
  `${count} ${what}${count === 1 ? '' : 's'}`;
