/**
 * What PostgreSQL says when it cannot serve for now, by class of SQLSTATE: connections fail, resources are short, an operator
 * stops it or it starts. DBOS waits out the same for its own statements.
 */
const outageClasses: readonly string[] = ['08', '53', '57'];
/** Somebody has cancelled this very statement. */
const queryCanceled = '57014';
/** Ended by the server for being idle in a transaction: whoever froze in one finds it so. */
const idleInTransaction = '25P03';
const sqlState = /^[0-9A-Z]{5}$/;

/** Of the network, and of a name or a socket that is not there while its server is not. */
const networkCodes: readonly string[] = [
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
];
/** What pg says when there is no answer of the server's any more. */
const cutOffMessages =
  /not queryable|connection terminated|timeout exceeded when trying to connect/i;

/** Whether an error says that the database, or the connection to it, is not there: nothing is wrong with what was asked. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && typeof error.code === 'string' && isOutageCode(error.code)) return true;
  return cutOffMessages.test(error.message) || isOutage(error.cause);
}

function isOutageCode(code: string): boolean {
  if (networkCodes.includes(code) || code === idleInTransaction) return true;
  return sqlState.test(code) && code !== queryCanceled && outageClasses.includes(code.slice(0, 2));
}
