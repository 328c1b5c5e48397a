import type { Pool } from 'pg';
import { startAlarm } from '../event-loop.ts';

/** One that has not answered by then serves nobody. */
const patienceMs = 2_000;

/** Asks whether the database answers. Those who ask meanwhile wait for the same answer. */
export function reachable(pool: Pool): () => Promise<boolean> {
  let asking: Promise<boolean> | undefined;
  return () => {
    asking ??= ask(pool).finally(() => {
      asking = undefined;
    });
    return asking;
  };
}

async function ask(pool: Pool): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const alarm = startAlarm(patienceMs, () => late.resolve(false));
  const answer = pool.query('select 1').then(
    () => true,
    () => false,
  );
  const isThere = await Promise.race([answer, late.promise]);
  alarm.cancel();
  return isThere;
}
