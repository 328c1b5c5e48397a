import type { Checker } from './checker.ts';

/**
 * Clearing takes what was said and not what was done: the audit tells of each clear once, and of every effect of before. The
 * world's own ledger says which there are.
 */
export const auditKept: Checker = {
  name: 'audit-kept',
  check: ({ audit = [], ledger, events }) => {
    const clears = audit.filter(({ action }) => action === 'session-cleared').length;
    const epochs = events.flatMap(({ fact }) =>
      fact.type === 'session-cleared' ? [fact.epoch] : [],
    );
    const expected = (epochs.at(-1) ?? 1) - 1;
    const untold = ledger.filter(
      ({ key, outcome }) =>
        outcome === 'accepted' &&
        key !== null &&
        !audit.some((row) => row.action === 'tool-called' && row.key === key),
    );
    return [
      ...(clears === expected && expected > 0
        ? []
        : [broken(`${Math.max(1, expected)} clears in the audit`, `${clears}`)]),
      ...untold.map(({ key, kind }) =>
        broken(`${kind} of ${key} in the audit`, `${audit.length} rows without it`),
      ),
    ];
  },
};

const broken = (expected: string, found: string) => ({
  expected,
  found,
  message: `What was cleared is forgotten in the audit too: expected ${expected}, found ${found}.`,
});
