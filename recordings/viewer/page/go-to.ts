import { noFilter, type Stage } from './shown.ts';
import { openTab } from './step/tabs.ts';

/** Shows a row; of one that a search has found, a tab that holds what was searched. */
export function goTo({ view, shown, show }: Stage, row: number): void {
  const now = shown();
  const tabs = now.hits.find((hit) => hit.row === row)?.tabs ?? [];
  const open = openTab(view, { ...now, row });
  const [first] = tabs;
  const isOpen = first === undefined || tabs.includes(open?.name ?? '');
  show({ row, ...(isOpen ? {} : { tabs: [first, ...now.tabs] }) });
}

/** The next row that is so, or the one before; the search and filters end where they would hide it. */
export function goToNext(stage: Stage, by: 1 | -1, isSo: (row: number) => boolean): void {
  const { view, shown } = stage;
  const { row } = shown();
  const others = [...view.rows.keys()].filter((each) => (each - row) * by > 0 && isSo(each));
  const next = by > 0 ? others[0] : others.at(-1);
  if (next === undefined) return;
  if (shown().rows.includes(next)) goTo(stage, next);
  else stage.show({ row: next, query: '', filter: noFilter });
}

/** The next row that a search has found, or the one before; behind the last comes the first. */
export function goToHit(stage: Stage, by: 1 | -1): void {
  const { hits, rows, row } = stage.shown();
  const found = hits.map((hit) => hit.row).filter((each) => rows.includes(each));
  const next =
    by > 0
      ? (found.find((each) => each > row) ?? found[0])
      : (found.findLast((each) => each < row) ?? found.at(-1));
  if (next !== undefined) goTo(stage, next);
}
