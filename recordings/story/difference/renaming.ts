import type { Json } from '#harness';

/** Says in new words what was said in old ones. */
export interface Renaming {
  /** The value with every tool called by its present name, also in the middle of texts. */
  readonly in: (value: Json) => Json;
}

export function createRenaming(names: readonly (readonly [from: string, to: string])[]): Renaming {
  if (names.length === 0) return { in: (value) => value };
  const present = new Map(names);
  const anyName = new RegExp(
    names.map(([from]) => `(?<![\\w$])${escaped(from)}(?![\\w$])`).join('|'),
    'g',
  );
  const renamed = (value: Json): Json => {
    if (typeof value === 'string')
      return value.replaceAll(anyName, (name) => present.get(name) ?? name);
    if (Array.isArray(value)) return value.map(renamed);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, renamed(each)]));
  };
  return { in: renamed };
}

function escaped(name: string): string {
  return name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
