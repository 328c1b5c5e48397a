import { setTimeout as pause } from 'node:timers/promises';
import { applyRetention, type Database, openRetention } from '#harness';
import { renderRetentionReport } from '../render/retention-report.ts';

const dayMs = 86_400_000;

/** Deletes sessions that are too old, at once and every day, until `signal` aborts. What fails is told and tried the next day. */
export async function retainDaily(
  database: Database,
  {
    retentionDays: days,
    signal,
    progress,
  }: {
    readonly retentionDays: number | undefined;
    readonly signal: AbortSignal;
    readonly progress: (line: string) => void;
  },
): Promise<void> {
  if (days === undefined) return;
  await using parts = await openRetention(database);
  while (!signal.aborted) {
    try {
      const report = await applyRetention(parts, { days, nowMs: Date.now() });
      progress(`Retention: ${renderRetentionReport(report, false)}`);
    } catch (error) {
      progress(`Retention failed and is tried again tomorrow: ${String(error)}`);
    }
    // Rejects when the signal aborts, which the loop asks for itself.
    await pause(dayMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
