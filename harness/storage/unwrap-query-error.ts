import { DatabaseError } from 'pg';
import { awayOr } from './outage/database-away-error.ts';

/**
 * Runs a query and, if it fails, throws the database's own error without the values in it. Drizzle's carries every parameter
 * in its message, the database's quotes them in its detail and context, and parameters are what customers said: an error is
 * kept with the run that it ended. Throws DatabaseAwayError where there was no database to ask.
 */
export async function unwrapQueryError<Result>(query: PromiseLike<Result>): Promise<Result> {
  try {
    return await query;
  } catch (error) {
    const own = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw awayOr(own instanceof DatabaseError ? withoutValues(own) : own);
  }
}

/** What failed, and at which table and rule. Of a value that does not fit (class 22) the message itself quotes it. */
function withoutValues(error: DatabaseError): DatabaseError {
  const { code, severity, schema, table, column, dataType, constraint, routine } = error;
  const isOfValue = code?.startsWith('22') ?? true;
  const message = isOfValue ? `a value was not taken (SQLSTATE ${code})` : error.message;
  const told = { code, severity, schema, table, column, dataType, constraint, routine };
  return Object.assign(new DatabaseError(message, error.length, error.name), told);
}
