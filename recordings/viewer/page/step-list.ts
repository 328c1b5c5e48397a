import type { View } from '../view.ts';
import { byId, element, icon } from './element.ts';
import { durationText } from './reading/duration-text.ts';
import type { Hit } from './reading/search.ts';
import { beginOf } from './reading/timeline-scale.ts';
import { type Shown, type SidedStep, type Stage, stepsOf } from './shown.ts';

/** Rows beyond the visible ones that are drawn, so that scrolling shows no gap. */
const margin = 8;
/** As in page.css. */
const rowRem = 3;

/**
 * The list of steps: of thousands only those in view are elements. What the browser has laid out is noted when it tells, and
 * not asked for: to ask it makes it lay out all that has changed since.
 */
export function createStepList({ view, shown, show }: Stage): (now: Shown) => void {
  const list = byId('list');
  const rows = byId('rows');
  const { fontSize } = getComputedStyle(document.documentElement);
  const rowHeight = rowRem * Number.parseFloat(fontSize);
  let [top, height] = [0, 0];
  let drawn = '';

  function drawRows(): void {
    const now = shown();
    const from = Math.max(0, Math.floor(top / rowHeight) - margin);
    const to = Math.ceil((top + height) / rowHeight) + margin;
    const key = [from, to, now.row, now.query, now.rows.length, ...now.hidden].join('|');
    if (key === drawn) return;
    drawn = key;
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
    if (chosen instanceof HTMLElement) show({ row: Number(chosen.dataset['row']) });
  });
  return (now) => {
    byId('none').hidden = now.rows.length > 0;
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
  );
  return made;
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
        element('span', { class: 'lane-name' }, view.lanes[step.lane]?.label ?? ''),
        element('span', { class: 'time' }, timeOf(sided)),
      ),
      summaryElement(step.summary, excerpt),
    ),
  );
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
