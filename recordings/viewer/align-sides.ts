import { createContextTree } from './context-tree.ts';
import type { Difference, Panel, Row, Side, Step } from './view.ts';

/** The rows of a view: every step of one side, or the steps of two side by side. `pairs` are those that belong together. */
export function alignSides(
  [left, right]: readonly Side[],
  pairs: ReadonlyMap<number, number> = new Map(),
): readonly Row[] {
  if (left === undefined) return [];
  if (right === undefined) return left.steps.map((_, index) => ({ steps: [index] }));
  const differenceOf = createComparison(left, right);
  const rows: Row[] = left.steps.map((_, index) => {
    const other = pairs.get(index) ?? null;
    const difference = differenceOf(index, other);
    return { steps: [index, other], ...(difference === undefined ? {} : { difference }) };
  });
  return insertOthers(rows, left, right);
}

/** Puts each step that only the right side has before the next of its lane that both have, or else behind the step before it. */
function insertOthers(rows: readonly Row[], left: Side, right: Side): readonly Row[] {
  const paired = new Map(
    rows.flatMap(({ steps: [one, two] }) => (two === null ? [] : [[two, one]])),
  );
  const before = new Map<number, Row[]>();
  const behind = new Map<number, Row[]>();
  let last = -1;
  right.steps.forEach((step, index) => {
    const pair = paired.get(index);
    if (typeof pair === 'number') {
      last = pair;
      return;
    }
    const row: Row = { steps: [null, index], difference: 'one-sided' };
    const next = right.steps.findIndex(
      (each, at) => at > index && each.lane === step.lane && paired.has(at),
    );
    const anchor = paired.get(next);
    if (typeof anchor === 'number') push(before, anchor, row);
    else push(behind, last, row);
  });
  return [
    ...(behind.get(-1) ?? []),
    ...left.steps.flatMap((_, index) => [
      ...(before.get(index) ?? []),
      ...rows.slice(index, index + 1),
      ...(behind.get(index) ?? []),
    ]),
  ];
}

function push(lists: Map<number, Row[]>, at: number, row: Row): void {
  lists.set(at, [...(lists.get(at) ?? []), row]);
}

/**
 * What came of a step, in full; what was counted beside it left out. Of a database how many rows of which tables: the rows
 * themselves name the session that they are of.
 */
function comparedPanels(
  panels: readonly Panel[],
  isDatabaseKnown: boolean,
): readonly Omit<Panel, 'counts'>[] {
  return panels.flatMap(({ counts: _, ...panel }) => {
    if (panel.name !== 'database') return [panel];
    return isDatabaseKnown ? [{ ...panel, blocks: [] }] : [];
  });
}

/** Says how two steps that stand side by side differ. */
function createComparison(
  left: Side,
  right: Side,
): (index: number, other: number | null) => Difference | undefined {
  const tree = createContextTree();
  const [ours, theirs] = [tree.nodesOf(left), tree.nodesOf(right)];
  // What nobody knows of one of them makes no difference.
  const knowsBoth = [left, right].every(({ databaseUnknown }) => databaseUnknown === undefined);
  const said = ({ panels }: Step): string => JSON.stringify(comparedPanels(panels, knowsBoth));
  return (index, other) => {
    const [one, two] = [left.steps[index], right.steps[other ?? -1]];
    if (one === undefined || two === undefined || other === null) return 'one-sided';
    if (said(one) !== said(two)) {
      return one.kind === 'host' ? 'host' : 'result';
    }
    return ours[index] === theirs[other] ? undefined : 'context';
  };
}
