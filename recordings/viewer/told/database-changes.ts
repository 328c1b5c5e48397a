import type { Json } from '#harness';
import type { Block, Panel } from '../view.ts';

/** A row of a table that came (nothing before), went (nothing after) or became another. */
export interface RowChange {
  readonly table: string;
  readonly key: string;
  readonly before?: Json;
  readonly after?: Json;
}

/** What one step changed in the database. */
export interface StepChanges {
  readonly rows: readonly RowChange[];
  /** Other calls were made at the same time: any of them may have made these changes. */
  readonly isShared: boolean;
}

/** What the steps of a recording changed in the database that its tools work on, as far as anybody can say. */
export type DatabaseChanges =
  | { readonly kind: 'unknown'; readonly reason: string }
  /** By the names of their places: each step that had its hands on it. */
  | { readonly kind: 'known'; readonly steps: ReadonlyMap<string, StepChanges> };

export function databasePanel({ rows, isShared }: StepChanges): Panel {
  const shared: Block = {
    kind: 'note',
    text: 'Other calls were made at the same time: any of them may have made these changes.',
  };
  return {
    name: 'database',
    title: 'Database',
    facts: [...Map.groupBy(rows, ({ table }) => table)].map(([table, each]) => [
      table,
      tally(each),
    ]),
    blocks:
      rows.length === 0
        ? [{ kind: 'note', text: 'It changed nothing in the database.' }]
        : [...(isShared ? [shared] : []), ...rows.map(changeBlock)],
  };
}

/** `2 added, 1 removed` */
function tally(rows: readonly RowChange[]): string {
  const kinds = Map.groupBy(rows, kindOf);
  return [...kinds].map(([kind, each]) => `${each.length} ${kind}`).join(', ');
}

function kindOf({ before, after }: RowChange): 'added' | 'changed' | 'removed' {
  if (before === undefined) return 'added';
  return after === undefined ? 'removed' : 'changed';
}

const changeBlock = ({ table, key, ...values }: RowChange): Block => ({
  kind: 'change',
  label: `${table} ${key}`,
  ...values,
});
