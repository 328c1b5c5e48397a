import type { Lane, Step, View } from '../view.ts';
import { byId, element } from './element.ts';
import { durationText } from './reading/duration-text.ts';
import { extentOf, hasTimes, type Span, spansOf, ticksOf } from './reading/timeline-scale.ts';
import { isTelling, type Shown, type Stage, stepsOf } from './shown.ts';

/** Above so many steps a block is too narrow to say anything. */
const labelLimit = 40;
/** So many lanes are in view on any screen. */
const laneLimit = 4;

interface Block {
  readonly row: number;
  readonly side: number;
  readonly lane: number;
  readonly place: HTMLElement;
}

/** The lanes, one below the other, and where each step stands in time, or in the order of things. */
export function createTimeline(stage: Stage): (now: Shown) => void {
  const { view, show } = stage;
  const lanes = byId('lanes');
  const blocks: Block[] = [];
  const strips = view.lanes.map((lane, index) => {
    const strip = element('div', { class: 'strips' });
    view.sides.forEach((_, number) => {
      strip.append(sideStrip(stage, { lane: index, side: number }, blocks));
    });
    lanes.append(element('div', { class: 'lane' }, laneLabel(lane), strip));
    return strip;
  });
  const drawRuler = createRuler(stage);
  const cursor = element('div', { class: 'cursor', 'aria-hidden': 'true' });
  byId('axis').append(cursor);
  byId('timeline').hidden = view.rows.length === 0;
  byId('timeline').dataset['density'] = isSparse(view) ? 'low' : 'high';
  let drawn: Shown['scale'] | undefined;
  let spans: ReturnType<typeof spansOf> = [];
  lanes.addEventListener('click', (event) => {
    const strip = event.target instanceof Element ? event.target.closest('.strips') : null;
    const lane = strips.findIndex((each) => each === strip);
    if (lane < 0 || strip === null) return;
    const there = blocks.filter((each) => each.lane === lane);
    show({ row: nearest(there, spans, positionIn(strip, event.clientX)) });
  });
  let current: Block[] = [];
  return ({ row, scale }) => {
    if (scale !== drawn) {
      drawn = scale;
      spans = spansOf(view, scale);
      byId('timeline').dataset['scale'] = scale;
      for (const each of blocks) draw(each.place, spans[each.row]?.[each.side]);
      drawRuler(scale);
    }
    for (const { place } of current) place.classList.remove('current');
    current = blocks.filter((each) => each.row === row);
    for (const { place } of current) place.classList.add('current');
    const span = spans[row]?.find((each) => each !== undefined);
    if (span !== undefined) cursor.style.left = `${(span.left + span.width / 2) * 100}%`;
    // Asked only where lanes can be out of view: to scroll makes the browser lay out all that has changed.
    if (view.lanes.length > laneLimit) {
      current[0]?.place.closest('.lane')?.scrollIntoView({ block: 'nearest' });
    }
  };
}

export function switchScale({ shown, show }: Stage): void {
  show({ scale: shown().scale === 'time' ? 'order' : 'time' });
}

/** Marks at round times, and the switch between time and order; nothing where there are no times. */
function createRuler(stage: Stage): (scale: Shown['scale']) => void {
  const ruler = byId('ruler');
  ruler.hidden = !hasTimes(stage.view);
  if (ruler.hidden) return () => undefined;
  const button = element('button', { type: 'button', 'aria-keyshortcuts': 's' });
  button.addEventListener('click', () => switchScale(stage));
  const extent = extentOf(stage.view);
  const ticks = element('div', { class: 'ticks', 'aria-hidden': 'true' });
  for (const at of ticksOf(extent)) {
    const tick = element('span', { class: 'tick' }, at === 0 ? '0' : durationText(at));
    tick.style.left = `${(at / Math.max(1, extent)) * 100}%`;
    ticks.append(tick);
  }
  ruler.append(button, ticks);
  return (scale) => {
    const other = scale === 'time' ? 'in order' : 'to time';
    button.textContent = scale === 'time' ? 'to time' : 'in order';
    button.title = `Draw it ${other} (s)`;
    button.setAttribute('aria-label', `Drawn ${button.textContent}. Draw it ${other}`);
    ticks.hidden = scale !== 'time';
  };
}

function draw(place: HTMLElement, span: Span | undefined): void {
  if (span === undefined) return;
  place.style.left = `${span.left * 100}%`;
  place.style.width = `${span.width * 100}%`;
}

const isSparse = (view: View): boolean => view.rows.length <= labelLimit;

const positionIn = (strip: Element, x: number): number => {
  const { left, width } = strip.getBoundingClientRect();
  return (x - left) / width;
};

/** The row that stands closest to where somebody pointed; of several that stand there the shortest. */
function nearest(blocks: readonly Block[], spans: ReturnType<typeof spansOf>, at: number): number {
  let best = { row: 0, away: Number.POSITIVE_INFINITY, width: Number.POSITIVE_INFINITY };
  for (const { row, side } of blocks) {
    const { left, width } = spans[row]?.[side] ?? { left: Number.NaN, width: 0 };
    const away = Math.max(left - at, at - left - width, 0);
    if (away < best.away || (away === best.away && width < best.width)) best = { row, away, width };
  }
  return best.row;
}

function laneLabel({ id, label, depth }: Lane): HTMLElement {
  return element('div', { class: 'lane-label', title: id, 'data-depth': depth }, label);
}

function sideStrip(
  { view }: Stage,
  { lane, side }: { readonly lane: number; readonly side: number },
  blocks: Block[],
): HTMLElement {
  const strip = element('div', { class: 'strip', 'aria-hidden': 'true' });
  const isWide = isSparse(view);
  view.rows.forEach((row, index) => {
    const step = stepsOf(view, row)[side]?.step;
    if (step?.lane !== lane) return;
    const place = blockOf(step, isWide);
    place.toggleAttribute('data-differs', isTelling(row));
    strip.append(place);
    blocks.push({ row: index, side, lane, place });
  });
  return strip;
}

function blockOf({ title, id, timing, ...step }: Step, isWide: boolean): HTMLElement {
  const took = timing === undefined ? '' : ` · ${durationText(timing.to - timing.from)}`;
  return element(
    'div',
    {
      class: 'block',
      title: `${title} · ${id}${took}`,
      'data-kind': step.kind,
      'data-failed': step.isFailure,
      'data-superseded': step.isSuperseded,
    },
    ...(isWide ? [element('span', {}, title.replace(/^model /, ''))] : []),
  );
}
