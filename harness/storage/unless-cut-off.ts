/** How often something is begun that is cut off each time. */
const tryLimit = 3;
/** Ended by the server: idle in a transaction for too long, by an administrator's command, by a crash; or by the network. */
const cutOffCodes: readonly unknown[] = ['25P03', '57P01', '57P02', 'ECONNRESET', 'EPIPE'];
/** What pg says when there is no answer of the server's any more. */
const cutOffMessages = /not queryable|connection terminated/i;

/**
 * A transaction, or a statement, that is begun anew when its connection was cut off. A process that was frozen in it, by a
 * closed lid, a paused machine or a starved one, finds it ended when it wakes, and nothing is wrong but that. For what may be
 * done twice: that the last answer was lost does not say that nothing was committed. What DBOS itself does it tries again as well.
 */
export async function unlessCutOff<Result>(transaction: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await transaction();
    } catch (error) {
      if (tries === tryLimit || !isCutOff(error)) throw error;
    }
  }
}

function isCutOff(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && cutOffCodes.includes(error.code)) return true;
  return cutOffMessages.test(error.message) || isCutOff(error.cause);
}
