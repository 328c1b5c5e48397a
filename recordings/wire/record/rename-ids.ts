import type { Json } from '#harness';
import type { Aliases } from '../../format/aliases.ts';

type Kind = Parameters<Aliases['of']>[0];

/** Renames what OpenAI makes up by chance, so that the same answers are the same. */
export interface IdRenaming {
  /** An answer, or an event of one: ids by first appearance, times at the epoch, padding left out. */
  readonly answer: (value: Json) => Json;
  /** A request: only the ids of answers before it. What the caller made up is the caller's. */
  readonly request: (value: Json) => Json;
}

export function createIdRenaming(aliases: Aliases): IdRenaming {
  const known = new Map<string, string>();
  const rename = (value: Json, idOf: (id: string, kind: Kind) => string): Json => {
    if (Array.isArray(value)) return value.map((each) => rename(each, idOf));
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([property, each]): [string, Json] => {
        const kind = kindOf(property, value);
        if (kind !== undefined && typeof each === 'string') return [property, idOf(each, kind)];
        return [property, saidByPeople.has(property) ? each : rename(each, idOf)];
      }),
    );
  };
  return {
    request: (value) => rename(value, (id) => known.get(id) ?? id),
    answer: (value) =>
      withoutChance(
        rename(value, (id, kind) => {
          const alias = known.get(id) ?? aliases.of(kind, id);
          known.set(id, alias);
          return alias;
        }),
      ),
  };
}

/** What the caller said, also where an answer repeats it. */
const saidByPeople = new Set(['tools', 'metadata', 'arguments', 'instructions']);

const kinds: ReadonlyMap<string, Kind> = new Map([
  ['item_id', 'item'],
  ['call_id', 'call'],
  ['tool_call_id', 'call'],
  ['response_id', 'response'],
  ['previous_response_id', 'response'],
  ['approval_request_id', 'approval'],
]);

/** What an `id` names is said by what it is of. */
function kindOf(property: string, of: { readonly [key: string]: Json }): Kind | undefined {
  if (property !== 'id') return kinds.get(property);
  if (typeof of['object'] === 'string') return 'response';
  return 'function' in of ? 'call' : 'item';
}

const times = new Set(['created', 'created_at', 'completed_at']);

function withoutChance(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutChance);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([property, each]): [string, Json][] => {
      if (property === 'obfuscation') return [];
      if (times.has(property) && typeof each === 'number') return [[property, 0]];
      return [[property, saidByPeople.has(property) ? each : withoutChance(each)]];
    }),
  );
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
