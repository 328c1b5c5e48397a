import type { Lane, Step, View } from '../view.ts';
import { byId, element } from './element.ts';
import { isTelling, type Shown, type Stage, stepsOf } from './shown.ts';

/** Above so many steps a block is too narrow to say anything. */
const labelLimit = 40;
/** So many lanes are in view on any screen. */
const laneLimit = 4;

interface Block {
  readonly row: number;
  readonly place: HTMLElement;
}

/** The lanes, one below the other, and where each step stands in the order of things. */
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
  const cursor = element('div', { class: 'cursor', 'aria-hidden': 'true' });
  byId('axis').append(cursor);
  byId('timeline').hidden = view.rows.length === 0;
  byId('timeline').dataset['density'] = isSparse(view) ? 'low' : 'high';
  lanes.addEventListener('click', (event) => {
    const strip = event.target instanceof Element ? event.target.closest('.strips') : null;
    const lane = strips.findIndex((each) => each === strip);
    if (lane >= 0 && strip !== null) {
      show({ row: nearest(stage, lane, positionIn(strip, event.clientX) * view.rows.length) });
    }
  });
  let current: Block[] = [];
  return ({ row }) => {
    for (const { place } of current) place.classList.remove('current');
    current = blocks.filter((each) => each.row === row);
    for (const { place } of current) place.classList.add('current');
    cursor.style.left = `${((row + 0.5) / view.rows.length) * 100}%`;
    // Asked only where lanes can be out of view: to scroll makes the browser lay out all that has changed.
    if (view.lanes.length > laneLimit) {
      current[0]?.place.closest('.lane')?.scrollIntoView({ block: 'nearest' });
    }
  };
}

const isSparse = (view: View): boolean => view.rows.length <= labelLimit;

const positionIn = (strip: Element, x: number): number => {
  const { left, width } = strip.getBoundingClientRect();
  return (x - left) / width;
};

/** The row of the lane that stands closest to where somebody pointed. */
function nearest({ view }: Stage, lane: number, at: number): number {
  let best = 0;
  let distance = Number.POSITIVE_INFINITY;
  view.rows.forEach((row, index) => {
    if (!stepsOf(view, row).some((each) => each?.step.lane === lane)) return;
    const away = Math.abs(index + 0.5 - at);
    if (away < distance) [best, distance] = [index, away];
  });
  return best;
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
    place.style.left = `${(index / view.rows.length) * 100}%`;
    place.style.width = `${100 / view.rows.length}%`;
    strip.append(place);
    blocks.push({ row: index, place });
  });
  return strip;
}

function blockOf(step: Step, isWide: boolean): HTMLElement {
  return element(
    'div',
    {
      class: 'block',
      title: `${step.title} · ${step.id}`,
      'data-kind': step.kind,
      'data-failed': step.isFailure,
      'data-superseded': step.isSuperseded,
    },
    ...(isWide ? [element('span', {}, step.title.replace(/^model /, ''))] : []),
  );
}
