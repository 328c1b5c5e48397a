import { awayOr } from './outage/database-away-error.ts';
import { isOutage } from './outage/is-outage.ts';
import { currentPatience } from './outage/patience.ts';

/** How often something is begun at once that is cut off each time. */
const tryLimit = 3;

/**
 * A transaction, or a statement, that is begun anew when its connection was cut off. A process that was frozen in it, by a
 * closed lid, a paused machine or a starved one, finds it ended when it wakes, and nothing is wrong but that. A database that
 * stays away is waited for by runs, and told to everybody else. For what may be done twice: that the last answer was lost does
 * not say that nothing was committed. What DBOS itself does it tries again as well.
 */
export async function unlessCutOff<Result>(transaction: () => Promise<Result>): Promise<Result> {
  const patience = currentPatience();
  for (let tries = 1; ; tries += 1) {
    try {
      const result = await transaction();
      if (tries > tryLimit) patience?.back();
      return result;
    } catch (error) {
      if (!isOutage(error)) throw error;
      if (tries < tryLimit) continue;
      if (patience === undefined) throw awayOr(error);
      await patience.wait(tries - tryLimit, error);
    }
  }
}
