import type { Difference, View } from '../../view.ts';
import { byId, element, icon } from '../element.ts';
import { goTo } from '../go-to.ts';
import { durationText } from '../reading/duration-text.ts';
import type { Hit } from '../reading/search.ts';
import { beginOf } from '../reading/timeline-scale.ts';
import { type Shown, type SidedStep, type Stage, stepsOf } from '../shown.ts';

/** Rows beyond the visible ones that are drawn, so that scrolling shows no gap. */
const margin = 8;
/** As in steps.css. */
const rowRem = 3;

/**
 * The list of steps: of thousands only those in view are elements. What the browser has laid out is noted when it tells, and
 * not asked for: to ask it makes it lay out all that has changed since.
 */
export function createStepList(stage: Stage): (now: Shown) => void {
  const { view, shown } = stage;
  const list = byId('list');
  const rows = byId('rows');
  const { fontSize } = getComputedStyle(document.documentElement);
  const rowHeight = rowRem * Number.parseFloat(fontSize);
  let [top, height] = [0, 0];
  let drawn = '';
  let drawnRows: readonly number[] = [];

  function drawRows(): void {
    const now = shown();
    const from = Math.max(0, Math.floor(top / rowHeight) - margin);
    const to = Math.ceil((top + height) / rowHeight) + margin;
    const key = [from, to, now.row, now.query].join('|');
    if (key === drawn && now.rows === drawnRows) return;
    [drawn, drawnRows] = [key, now.rows];
    rows.style.height = `${now.rows.length * rowHeight}px`;
    rows.replaceChildren(
      ...now.rows.slice(from, to).map((row, at) => {
        const made = rowElement(view, row, now);
        made.style.transform = `translateY(${(from + at) * rowHeight}px)`;
        made.setAttribute('aria-posinset', String(from + at + 1));
        return made;
      }),
    );
  }

  function bringIntoView(at: number): void {
    const wanted = Math.min(Math.max(top, (at + 2) * rowHeight - height), (at - 1) * rowHeight);
    const next = Math.max(0, wanted);
    if (next === top || height === 0) return;
    rows.style.height = `${shown().rows.length * rowHeight}px`;
    list.scrollTop = next;
    top = list.scrollTop;
  }

  list.addEventListener(
    'scroll',
    () => {
      top = list.scrollTop;
      drawRows();
    },
    { passive: true },
  );
  new ResizeObserver(([entry]) => {
    height = entry?.contentRect.height ?? 0;
    bringIntoView(shown().rows.indexOf(shown().row));
    drawRows();
  }).observe(list);
  list.addEventListener('click', ({ target }) => {
    const chosen = target instanceof Element ? target.closest('[data-row]') : null;
    if (chosen instanceof HTMLElement) goTo(stage, Number(chosen.dataset['row']));
  });
  nameColumns(view);
  byId('none').textContent = view.rows.length === 0 ? 'It holds no steps.' : 'No step fits.';
  return (now) => {
    byId('none').hidden = now.rows.length > 0;
    list.hidden = now.rows.length === 0;
    const at = now.rows.indexOf(now.row);
    if (at >= 0) {
      bringIntoView(at);
      list.setAttribute('aria-activedescendant', `row-${now.row}`);
    } else {
      list.removeAttribute('aria-activedescendant');
    }
    drawRows();
  };
}

function rowElement(view: View, row: number, now: Shown): HTMLElement {
  const difference = view.rows[row]?.difference;
  const hit = now.query === '' ? undefined : now.hits.find((each) => each.row === row);
  const made = element(
    'div',
    {
      id: `row-${row}`,
      class: 'row',
      role: 'option',
      'aria-selected': row === now.row ? 'true' : 'false',
      'aria-setsize': now.rows.length,
      'data-row': row,
      'data-difference': difference,
    },
    ...stepsOf(view, view.rows[row]).map((each) => cell(view, each, hit?.excerpt)),
    ...(difference === undefined
      ? []
      : [element('span', { class: 'unseen' }, differenceWords[difference])]),
  );
  return made;
}

/** For those who do not see how a row is coloured. */
const differenceWords: Readonly<Record<Difference, string>> = {
  result: 'Differs in what came of it.',
  context: 'Differs in what was read.',
  host: 'Differs by chance.',
  'one-sided': 'Only one of them has it.',
};

/** Of two recordings, which is which. */
function nameColumns({ sides }: View): void {
  byId('columns').hidden = sides.length < 2;
  byId('columns').append(
    ...sides.map(({ name }) => element('span', { title: name, dir: 'auto' }, name)),
  );
}

function cell(view: View, sided: SidedStep | undefined, excerpt: Hit['excerpt']): HTMLElement {
  if (sided === undefined) return element('div', { class: 'cell absent' }, 'not there');
  const { step } = sided;
  return element(
    'div',
    {
      class: 'cell',
      'data-kind': step.kind,
      'data-failed': step.isFailure,
      'data-superseded': step.isSuperseded,
    },
    icon(step.kind),
    element(
      'div',
      { class: 'said' },
      element(
        'div',
        { class: 'line' },
        element('span', { class: 'title' }, step.title),
        ...(step.isFailure ? [element('span', { class: 'failed' }, 'failed')] : []),
        element('span', { class: 'lane-name' }, laneName(view, step.lane)),
        element('span', { class: 'time' }, timeOf(sided)),
      ),
      summaryElement(step.summary, excerpt),
    ),
  );
}

/** Agents of several runs are called the same: there the lane says its whole name. */
function laneName({ lanes }: View, index: number): string {
  const lane = lanes[index];
  if (lane === undefined) return '';
  return lanes.some(({ id, label }) => label === lane.label && id !== lane.id)
    ? lane.id
    : lane.label;
}

/** How long it took; of what took no time how long after the beginning it was. */
function timeOf({ side, step: { timing } }: SidedStep): string {
  if (timing === undefined) return '';
  const { from, to } = timing;
  return to > from ? durationText(to - from) : `+${durationText(from - beginOf(side))}`;
}

function summaryElement(summary: string, excerpt: Hit['excerpt']): HTMLElement {
  if (excerpt === undefined) return element('div', { class: 'summary', dir: 'auto' }, summary);
  const [before, found, after] = excerpt;
  return element(
    'div',
    { class: 'summary', dir: 'auto' },
    before,
    element('mark', {}, found),
    after,
  );
}
