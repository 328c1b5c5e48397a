import type { Json } from '#harness';
import type { Attributes } from './span.ts';

/** A list whose values stand one by one: `gen_ai.prompt.0.content`, `gen_ai.completion.0.tool_calls.1.name`. */
export function flatList(attributes: Attributes, prefix: string): Json | undefined {
  const tree = new Map<string, Node>();
  let found = false;
  for (const [key, value] of Object.entries(attributes)) {
    if (!key.startsWith(`${prefix}.`)) continue;
    const path = key.slice(prefix.length + 1).split('.');
    if (!/^\d+$/.test(path[0] ?? '')) continue;
    place(tree, path, value);
    found = true;
  }
  return found ? valueOf(tree) : undefined;
}

type Node = Json | Map<string, Node>;

function place(tree: Map<string, Node>, path: readonly string[], value: Json): void {
  const [key = '', ...rest] = path;
  if (rest.length === 0) {
    tree.set(key, value);
    return;
  }
  const there = tree.get(key);
  const next = there instanceof Map ? there : new Map<string, Node>();
  tree.set(key, next);
  place(next, rest, value);
}

function valueOf(node: Node): Json {
  if (!(node instanceof Map)) return node;
  const entries = [...node];
  if (!entries.every(([key]) => /^\d+$/.test(key))) {
    return Object.fromEntries(entries.map(([key, each]) => [key, valueOf(each)]));
  }
  return entries
    .toSorted(([left], [right]) => Number(left) - Number(right))
    .map(([, each]) => valueOf(each));
}
