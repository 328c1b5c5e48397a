import type { Side, Step, Timing } from '../../view.ts';
import { element } from '../element.ts';
import { durationText } from '../reading/duration-text.ts';
import { beginOf } from '../reading/timeline-scale.ts';
import { factsElement } from './blocks.ts';

/** So many bars at most show when pieces came. */
const paceBars = 96;

/** When a step began, how long it took and, of a streamed answer, when its pieces came. */
export function timingPanel(side: Side, { timing }: Pick<Step, 'timing'>): HTMLElement {
  if (timing === undefined) return element('div');
  const { pieces, says } = timing;
  return element(
    'div',
    { class: 'sections' },
    factsElement([...timingFacts(side, timing), ['by', says]]),
    whereInAll(side, timing),
    ...(pieces === undefined ? [] : [paceElement(timing, pieces)]),
  );
}

function timingFacts(side: Side, timing: Timing): readonly (readonly [string, string])[] {
  const { from, to, first, pieces } = timing;
  const begin = beginOf(side);
  const facts: (readonly [string, string])[] = [];
  if (side.clock === 'day') facts.push(['at', new Date(to).toISOString()]);
  facts.push([
    side.clock === 'day' && from === to ? 'stored' : 'began',
    `+${durationText(from - begin)}`,
  ]);
  if (to > from || side.clock === 'stopwatch') facts.push(['took', durationText(to - from)]);
  if (first !== undefined) facts.push(['first piece after', durationText(first)]);
  if (pieces !== undefined) facts.push(['pieces', pieces.length.toLocaleString('en')]);
  return facts;
}

/** A line as long as all of the recording, and on it the step. */
function whereInAll(side: Side, { from, to }: Timing): HTMLElement {
  const begin = beginOf(side);
  const end = side.steps.reduce((last, { timing }) => Math.max(last, timing?.to ?? last), begin);
  const extent = Math.max(1, end - begin);
  const mark = element('div', { class: 'span' });
  mark.style.left = `${((from - begin) / extent) * 100}%`;
  mark.style.width = `${((to - from) / extent) * 100}%`;
  const share = Math.round(((to - from) / extent) * 100);
  return element(
    'figure',
    { class: 'time-figure' },
    element('figcaption', {}, `${share} % of ${durationText(extent)} in all`),
    element('div', { class: 'track', 'aria-hidden': 'true' }, mark),
  );
}

/** The call from its beginning to its end in equal slices; the more pieces came in one, the higher its bar. */
function paceElement({ from, to, first = 0 }: Timing, gaps: readonly number[]): HTMLElement {
  const took = Math.max(1, to - from);
  const bars = Math.max(1, Math.min(paceBars, took));
  const counts = Array.from({ length: bars }, () => 0);
  let at = 0;
  for (const gap of gaps) {
    at += gap;
    const bar = Math.min(bars - 1, Math.floor((at / took) * bars));
    counts[bar] = (counts[bar] ?? 0) + 1;
  }
  const most = Math.max(...counts);
  const slice = took / bars;
  const made = counts.map((count, bar) => {
    const says = `${count} ${count === 1 ? 'piece' : 'pieces'} around ${durationText(bar * slice)}`;
    const each = element('div', count === 0 ? {} : { class: 'came', title: says });
    if (count > 0) each.style.height = `${Math.max(8, (count / most) * 100)}%`;
    return each;
  });
  const wait = element('div', { class: 'wait' });
  wait.style.width = `${Math.min(1, first / took) * 100}%`;
  return element(
    'figure',
    { class: 'time-figure pace' },
    element('figcaption', {}, 'When its pieces came'),
    element('div', { class: 'bars', 'aria-hidden': 'true' }, wait, ...made),
    element(
      'div',
      { class: 'ends' },
      element('span', {}, '0'),
      element('span', {}, durationText(to - from)),
    ),
  );
}
