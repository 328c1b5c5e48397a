/** Name of the run that answers the n-th message, counted from 1. */
export function runIdOf(sessionId: string, run: number): string {
  return `${sessionId}/${run}`;
}
