/** One line of a card, held against what happened. */
export interface Finding {
  /** What the line is about: what is so at the end, how it came about, what was said, what it took. */
  readonly aspect: 'final-state' | 'trajectory' | 'reply' | 'budget';
  /** `required` should have happened; `forbidden` must not have, and where it has, nothing else makes up for it. */
  readonly kind: 'required' | 'forbidden';
  readonly ok: boolean;
  /** One sentence, whichever way it went: what the card says and what was found. */
  readonly reason: string;
}

export function finding(
  aspect: Finding['aspect'],
  kind: Finding['kind'],
  result: Pick<Finding, 'ok' | 'reason'>,
): Finding {
  return { aspect, kind, ...result };
}

/** All of `expected`, however much more there is. */
export const holdsAll = (found: readonly string[], expected: readonly string[]): boolean =>
  expected.every((each) => countOf(found, each) >= countOf(expected, each));

/** Nothing but `expected`, each at most as often as it is listed. */
export const holdsOnly = (found: readonly string[], expected: readonly string[]): boolean =>
  found.every((each) => countOf(found, each) <= countOf(expected, each));

const countOf = (items: readonly string[], item: string): number =>
  items.filter((each) => each === item).length;

export const listOf = (items: readonly string[]): string =>
  items.length === 0 ? 'none' : items.join(', ');
