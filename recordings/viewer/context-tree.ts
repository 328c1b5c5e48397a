import type { Side } from './view.ts';

/** Contexts as paths of one tree: two that hold the same in the same order end at the same node. */
export interface ContextTree {
  /** For each step of a side the node at which its context ends; undefined where it has none. */
  readonly nodesOf: (side: Side) => readonly (number | undefined)[];
}

export function createContextTree(): ContextTree {
  const nodes = new Map<string, number>();
  const nodeBehind = (parent: number, item: number): number => {
    const name = `${parent} ${item}`;
    const node = nodes.get(name) ?? nodes.size + 1;
    nodes.set(name, node);
    return node;
  };
  return { nodesOf: (side) => walk(side, nodeBehind) };
}

/** A step's messages go on where those of an earlier step were left: no context is put together to be compared. */
function walk(
  { steps }: Side,
  nodeBehind: (parent: number, item: number) => number,
): readonly (number | undefined)[] {
  /** For each step the nodes behind each message that it added. */
  const paths: number[][] = [];
  const nodeAt = (index: number | undefined, length: number): number => {
    if (length === 0) return 0;
    let at = index;
    while (at !== undefined) {
      const context = steps[at]?.context;
      if (context === undefined) return 0;
      if (length > context.keep) return paths[at]?.[length - context.keep - 1] ?? 0;
      at = context.previous;
    }
    return 0;
  };
  return steps.map(({ context }, index) => {
    paths[index] = [];
    if (context === undefined) return undefined;
    let node = nodeAt(context.previous, context.keep);
    for (const item of context.added) {
      node = nodeBehind(node, item);
      paths[index].push(node);
    }
    // What the head holds comes behind the messages: most steps share theirs, and the path stays one.
    return context.head.reduce((last, item) => nodeBehind(last, -1 - item), node);
  });
}
