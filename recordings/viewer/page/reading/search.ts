import type { Row, Side, Step, View } from '../../view.ts';
import { itemText, textOf } from './readable.ts';

/** A row that holds a text. */
export interface Hit {
  readonly row: number;
  /** Names of the tabs that hold it; none where it is in the row's title. */
  readonly tabs: readonly string[];
  /** What stands before it, the text itself, and what stands behind it; absent where it is in the row's title. */
  readonly excerpt?: readonly [before: string, found: string, after: string];
}

const around = 32;

/** What a tab of a row says, as it is, and in small letters. */
interface Section {
  readonly tab: string;
  readonly text: string;
  readonly small: string;
}

/**
 * Searches all that was said, by parts of it and whatever their case. What stood in a context already is found at the step
 * that read it first, not at each that read it again.
 */
export function createSearch(view: View): (query: string) => readonly Hit[] {
  const sections: (readonly Section[] | undefined)[] = [];
  return (query) => {
    const wanted = query.toLowerCase();
    if (wanted.trim() === '') return [];
    return view.rows.flatMap((row, index): readonly Hit[] => {
      const said = (sections[index] ??= row.steps.flatMap((at, number) =>
        sideSections(view, view.sides[number], at),
      ));
      const found = said.filter(({ small }) => small.includes(wanted));
      const [first] = found;
      if (first === undefined) {
        return titleOf(view, row).includes(wanted) ? [{ row: index, tabs: [] }] : [];
      }
      const excerpt = excerptOf(first.text, first.small.indexOf(wanted), wanted.length);
      return [{ row: index, tabs: found.map(({ tab }) => tab), excerpt }];
    });
  };
}

function titleOf({ sides, lanes }: View, { steps }: Row): string {
  const titles = steps.map((at, number) => {
    const step = sides[number]?.steps[at ?? -1];
    return step === undefined ? '' : `${step.title}\n${step.id}\n${lanes[step.lane]?.label}`;
  });
  return titles.join('\n').toLowerCase();
}

function sideSections(
  { items }: View,
  side: Side | undefined,
  at: number | null,
): readonly Section[] {
  const step = at === null ? undefined : side?.steps[at];
  if (step === undefined) return [];
  const panels = step.panels.map(({ name, facts, blocks }) =>
    section(name, [...facts.map(([label, value]) => `${label} ${value}`), ...blocks.map(textOf)]),
  );
  const read = newItems(step, side).map(
    (item) => `${items[item]?.title}\n${itemText(items[item])}`,
  );
  return read.length === 0 ? panels : [...panels, section('context', read)];
}

function section(tab: string, texts: readonly string[]): Section {
  const text = texts.join('\n');
  return { tab, text, small: text.toLowerCase() };
}

function newItems({ context }: Step, side: Side | undefined): readonly number[] {
  if (context === undefined) return [];
  const before = context.previous === undefined ? undefined : side?.steps[context.previous];
  const known = new Set(before?.context?.head);
  return [...context.head.filter((item) => !known.has(item)), ...context.added];
}

function excerptOf(text: string, at: number, length: number): NonNullable<Hit['excerpt']> {
  const from = Math.max(0, at - around);
  const cut = (start: number, end: number): string =>
    text.slice(start, end).replaceAll(/\s+/g, ' ');
  return [
    `${from > 0 ? '…' : ''}${cut(from, at)}`,
    cut(at, at + length),
    cut(at + length, at + length + around * 4),
  ];
}
