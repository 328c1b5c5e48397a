import type { Paint } from './paint.ts';

/** What the check of an audit came to. */
export interface AuditReport {
  /** Chains that hold, with their newest row. */
  readonly tenants: readonly {
    readonly tenant: string;
    readonly rows: number;
    readonly head: { readonly seq: number; readonly hash: string };
  }[];
  /** The first row of each chain that does not. */
  readonly broken: readonly {
    readonly tenant: string;
    readonly seq: number;
    readonly what: string;
  }[];
}

/** A line for each tenant, broken chains first, then the count. */
export function renderAuditReport({ tenants, broken }: AuditReport, paint: Paint): string {
  const rows = tenants.reduce((total, each) => total + each.rows, 0);
  return [
    ...broken.map(
      ({ tenant, seq, what }) => `${paint('red', 'broken')}  ${tenant}: row ${seq} ${what}`,
    ),
    ...tenants.map(
      ({ tenant, rows: count, head }) =>
        `${paint('green', 'holds')}   ${tenant}: ${count} rows, the newest is ${head.seq} ${head.hash}`,
    ),
    verdict(rows, broken.length),
  ].join('\n');
}

function verdict(rows: number, broken: number): string {
  if (broken > 0) return `${broken} broken, ${rows} rows hold`;
  return rows > 0 ? `${rows} rows hold` : 'There is no row: nothing was checked.';
}
