import type { Pool } from 'pg';
import { startAlarm } from './event-loop.ts';

/** How long clients that are still checked out may take to come back. */
const patienceMs = 5000;

/** Ends a pool once its clients have come back, and at the latest after a few seconds: one that was forgotten never does. */
export async function endPool(pool: Pool): Promise<void> {
  const { promise: patience, resolve } = Promise.withResolvers<void>();
  const alarm = startAlarm(patienceMs, resolve);
  await Promise.race([pool.end(), patience]);
  alarm.cancel();
}
