import type { Observation } from './observation.ts';

const symbol = '$session';

/**
 * The observation with its session's name taken out of every id and key that begins with it. The same session under
 * another name is the same session: only so are two histories comparable.
 */
export function withoutNames(observation: Observation): Observation {
  const { sessionId } = observation;
  const isName = (text: string): boolean => text === sessionId || text.startsWith(`${sessionId}/`);
  return JSON.parse(JSON.stringify(observation), (_, value: unknown) =>
    typeof value === 'string' && isName(value) ? value.replaceAll(sessionId, symbol) : value,
  );
}
