/** A time as the database's drivers take it. Reads no clock. */
export function dateOf(epochMs: number): Date {
  return new Date(epochMs);
}
