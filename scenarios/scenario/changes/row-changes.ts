import type { Json, SessionRecord } from '#harness';
import { jsonSchema } from '#harness';
import type { RowChange } from '#recordings';
import type { Business } from '../../desk/world/business.ts';

/** All that tools work on: the simulated business, and what they keep in the session. */
export interface DatabaseState {
  readonly world: Business;
  readonly records: readonly SessionRecord[];
}

/** Tables, each with its rows by their keys. */
type Tables = ReadonlyMap<string, ReadonlyMap<string, Json>>;

/** The rows in which a later state differs, in the order of the tables. */
export function rowChanges(before: DatabaseState, after: DatabaseState): readonly RowChange[] {
  const [was, is] = [tablesOf(before), tablesOf(after)];
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((table) => {
    const [rows, later] = [was.get(table) ?? new Map(), is.get(table) ?? new Map()];
    return [...new Set([...rows.keys(), ...later.keys()])].flatMap((key): RowChange[] => {
      const [from, to]: readonly (Json | undefined)[] = [rows.get(key), later.get(key)];
      if (JSON.stringify(from) === JSON.stringify(to)) return [];
      return [
        {
          table,
          key,
          ...(from === undefined ? {} : { before: from }),
          ...(to === undefined ? {} : { after: to }),
        },
      ];
    });
  });
}

function tablesOf({ world, records }: DatabaseState): Tables {
  const { prices, ...lists } = world;
  const tables = new Map<string, Map<string, Json>>();
  for (const [table, rows] of Object.entries(lists)) {
    tables.set(table, new Map(rows.map((row) => [row.id, jsonSchema.parse(row)])));
  }
  tables.set('prices', new Map([['list', jsonSchema.parse(prices)]]));
  for (const { collection, key, value } of records) {
    const table = `records of ${collection}`;
    const rows = tables.get(table) ?? new Map<string, Json>();
    tables.set(table, rows.set(key, jsonSchema.parse(value ?? null)));
  }
  return tables;
}
