import type { Json } from '#harness';

/** What an id names: each kind is counted by itself. */
type IdKind = 'call' | 'item' | 'response' | 'approval' | 'message' | 'source';

/** Properties whose value is an id that a model or its provider made up. */
const idProperties: Readonly<Record<string, IdKind>> = {
  callId: 'call',
  toolCallId: 'call',
  itemId: 'item',
  responseId: 'response',
  previousResponseId: 'response',
  approvalId: 'approval',
  // A run is named by its message.
  messageId: 'message',
  takenBy: 'message',
  // Calls whose results are left out.
  pruned: 'call',
};

/** Properties that hold what people and tools say: an id in there is content and stays. */
const opaqueProperties = new Set(['input', 'output', 'result', 'text', 'value', 'error']);

/** Renames the ids of a session by first appearance, so that two recordings of the same session are the same. */
export interface Aliases {
  readonly of: (kind: IdKind, id: string) => string;
  /** The value with every id in it renamed. */
  readonly in: (value: Json) => Json;
  /** A stream part, whose own `id` means something else in each type. */
  readonly inPart: (part: Json) => Json;
}

export function createAliases(): Aliases {
  // A number an id: of a long session they are all that is held of what was written.
  const numbers = new Map<IdKind, Map<string, number>>();
  const aliasOf = (kind: IdKind, id: string): string => {
    const ofKind = numbers.get(kind) ?? new Map<string, number>();
    numbers.set(kind, ofKind);
    const number = ofKind.get(id) ?? ofKind.size + 1;
    ofKind.set(id, number);
    return `${kind}${number}`;
  };
  const rename = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(rename);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([property, each]) => {
        const kind = Object.hasOwn(idProperties, property) ? idProperties[property] : undefined;
        if (kind !== undefined && typeof each === 'string') return [property, aliasOf(kind, each)];
        if (kind !== undefined && Array.isArray(each)) {
          return [property, each.map((id) => (typeof id === 'string' ? aliasOf(kind, id) : id))];
        }
        return [property, opaqueProperties.has(property) ? each : rename(each)];
      }),
    );
  };
  return {
    of: aliasOf,
    in: rename,
    inPart: (part) => {
      if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
      const { id, type } = part;
      const kind = typeof type === 'string' ? kindOfPartId(type) : undefined;
      const renamed =
        kind !== undefined && typeof id === 'string' ? { ...part, id: aliasOf(kind, id) } : part;
      return rename(renamed);
    },
  };
}

function kindOfPartId(type: string): IdKind | undefined {
  if (type.startsWith('tool-input-')) return 'call';
  if (type.startsWith('text-') || type.startsWith('reasoning-')) return 'item';
  if (type === 'source') return 'source';
  return type === 'response-metadata' ? 'response' : undefined;
}
