import type { Json } from '#harness';
import { endOf } from '../../format/serialize-recording.ts';

/** Where something stands in a line: its properties and, in lists, its indexes. */
export type Path = readonly string[];

/** One thing that is changed in a file, by the index of its line. */
export interface Mutation {
  readonly kind: 'changed' | 'removed' | 'line gone' | 'line twice' | 'line swapped with the next';
  readonly line: number;
  /** What of the line, for the first two kinds. */
  readonly path: Path;
}

export const isOfLine = ({ kind }: Pick<Mutation, 'kind'>): boolean => kind.startsWith('line ');

/** All values in a line, or only those that hold no others. */
export function pathsIn(value: Json, among: 'all' | 'leaves', path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inside = Object.entries(value).flatMap(([key, each]) =>
    pathsIn(each, among, [...path, key]),
  );
  return among === 'all' && path.length > 0 ? [path, ...inside] : inside;
}

export function valueAt(value: Json | undefined, path: Path): Json | undefined {
  return path.reduce<Json | undefined>((at, key) => {
    if (Array.isArray(at)) return at[Number(key)];
    return typeof at === 'object' && at !== null ? at[key] : undefined;
  }, value);
}

/** The lines with the mutation. */
export function mutate(lines: readonly Json[], { kind, line, path }: Mutation): readonly Json[] {
  const value = lines[line] ?? null;
  switch (kind) {
    case 'changed':
      return lines.with(
        line,
        edited(value, path, (old) => [another(old)]),
      );
    case 'removed':
      return lines.with(
        line,
        edited(value, path, () => []),
      );
    case 'line gone':
      return lines.toSpliced(line, 1);
    case 'line twice':
      return lines.toSpliced(line, 0, value);
    case 'line swapped with the next':
      return lines.toSpliced(line, 2, lines[line + 1] ?? null, value);
  }
}

function edited(value: Json, [key, ...rest]: Path, edit: (old: Json) => readonly Json[]): Json {
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([name, each]): [string, Json][] => {
    if (name !== key) return [[name, each]];
    const put = rest.length === 0 ? edit(each) : [edited(each, rest, edit)];
    return put.map((now) => [name, now]);
  });
  return Array.isArray(value) ? entries.map(([, each]) => each) : Object.fromEntries(entries);
}

/** Another value of the same kind. A text that is JSON, as the input of a call, stays JSON. */
function another(value: Json): Json {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (typeof value !== 'string') return 'x';
  if (!/^\{.+\}$/.test(value)) return `${value}x`;
  const inside: Json = JSON.parse(value);
  const [leaf = []] = pathsIn(inside, 'leaves');
  return JSON.stringify(edited(inside, leaf, (old) => [another(old)]));
}

/** The file with an end line that says it was always so. */
export function signed(lines: readonly Json[]): string {
  const texts = lines.slice(0, -1).map((line) => JSON.stringify(line));
  const outline = valueAt(lines.at(-2), ['outline']);
  const events = Array.isArray(outline) ? outline.length : 0;
  const exchanges = lines.filter((line) => valueAt(line, ['lane']) !== undefined).length;
  return textOf([...texts, JSON.stringify(endOf(texts, { exchanges, events }))]);
}

/** The file with the end line it has. */
export function unsigned(lines: readonly Json[]): string {
  return textOf(lines.map((line) => JSON.stringify(line)));
}

const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
