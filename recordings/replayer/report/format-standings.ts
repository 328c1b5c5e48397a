import { placeName } from '../../format/recording.ts';
import type { Drift } from '../divergence.ts';
import type { PolicyStanding } from '../policy/drift-policy.ts';
import { excerpt, formatDifference } from './format-difference.ts';

/** What a replay went on from. */
export interface Standings {
  readonly policies: readonly PolicyStanding[];
  readonly drifts: readonly Drift[];
  readonly unverifiable: readonly Drift[];
}

/** The lines of a summary about it: every policy, what is warned of, everything unverifiable. */
export function formatStandings(standings: Standings): readonly string[] {
  return [
    ...standings.policies.map(formatStanding),
    ...notices(standings).map(({ kind, text }) => `${kind}: ${text}`),
  ];
}

interface Notice {
  readonly kind: 'warning' | 'unverifiable';
  /** Of the first place. */
  readonly line: number;
  readonly text: string;
}

/** What is said of single places. The same difference, wherever it stands, is said once. */
export function notices({ policies, drifts, unverifiable }: Standings): readonly Notice[] {
  const warned = new Set(
    policies.filter(({ level }) => level === 'warn').map(({ class: kind }) => kind),
  );
  return [
    ...grouped(drifts.filter(({ class: kind }) => warned.has(kind))).map((group) => ({
      kind: 'warning' as const,
      ...group,
    })),
    ...grouped(unverifiable).map((group) => ({ kind: 'unverifiable' as const, ...group })),
  ];
}

function grouped(drifts: readonly Drift[]): readonly Omit<Notice, 'kind'>[] {
  const groups = Map.groupBy(drifts, ({ class: kind, difference, note }) =>
    JSON.stringify([kind, difference, note]),
  );
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const more = others.length === 0 ? '' : `, and ${others.length} more`;
    const { class: kind, at, line, difference, note } = first;
    const where = at === undefined ? '' : `${excerpt(at.exchange, 0)} at ${placeName(at.place)}`;
    const parts = [
      `${kind} ${where}${more}`,
      ...(difference === undefined ? [] : [formatDifference(difference)]),
      ...(note === undefined ? [] : [note]),
    ];
    return [{ line, text: parts.join('   ') }];
  });
}

function formatStanding({ class: kind, isExpired, drifts, ...policy }: PolicyStanding): string {
  const count =
    drifts === 0 ? 'nothing needed it' : `${drifts} ${drifts === 1 ? 'place' : 'places'}`;
  return isExpired
    ? `policy ${kind}: ended on ${policy.until}, an error again (${policy.reason})`
    : `policy ${kind}: ${policy.level} until ${policy.until}, ${count} (${policy.reason})`;
}
