/** A time as the database's drivers take it. Reads no clock. */
export function dateOf(epochMs: number): Date {
  return new Date(epochMs);
}

/** A time as people and models read it, in UTC. */
export function isoTimeOf(epochMs: number): string {
  return dateOf(epochMs).toISOString();
}

/** A time as HTTP headers write it; NaN for what is none. Reads no clock. */
export function epochMsOf(text: string): number {
  return Date.parse(text);
}
