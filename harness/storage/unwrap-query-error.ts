/**
 * Runs a query and, if it fails, throws the database's own error: drizzle's carries every parameter in its message, and
 * parameters are what customers said.
 */
export async function unwrapQueryError<Result>(query: PromiseLike<Result>): Promise<Result> {
  try {
    return await query;
  } catch (error) {
    throw error instanceof Error && error.cause instanceof Error ? error.cause : error;
  }
}
