import { epochMsOf } from '../host/date-of.ts';

/**
 * How long a provider asks to be left alone: its `retry-after-ms`, or `retry-after` in seconds. One that names an hour of
 * the day is held against the hour the answer itself names; without that it says nothing.
 */
export function retryAfterMsOf(headers: Readonly<Record<string, string>>): number | undefined {
  const named = new Map(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const milliseconds = numberIn(named.get('retry-after-ms'));
  if (milliseconds !== undefined) return Math.round(milliseconds);
  const after = named.get('retry-after');
  const seconds = numberIn(after);
  if (seconds !== undefined) return Math.round(seconds * 1000);
  return sinceAnswered(after, named.get('date'));
}

function sinceAnswered(
  after: string | undefined,
  answered: string | undefined,
): number | undefined {
  const milliseconds = epochMsOf(after ?? '') - epochMsOf(answered ?? '');
  return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds);
}

function numberIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d+(?:\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}
