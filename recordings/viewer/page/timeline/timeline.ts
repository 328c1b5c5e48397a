import { byId, element } from '../element.ts';
import { type Span, spansOf } from '../reading/timeline-scale.ts';
import type { Shown, Stage } from '../shown.ts';
import { type Block, layLanes } from './lanes.ts';
import { type Spans, whole } from './part.ts';
import { listenToPointer } from './pointing.ts';
import { createRuler } from './ruler.ts';

/** So many lanes are in view on any screen. */
const laneLimit = 4;

/** The lanes, one below the other, and where each step stands in time, or in the order of things. */
export function createTimeline(stage: Stage): (now: Shown) => void {
  const { view } = stage;
  const lanes = layLanes(stage);
  const drawRuler = createRuler(stage);
  const cursor = element('div', { class: 'cursor', 'aria-hidden': 'true' });
  byId('axis').append(cursor);
  byId('timeline').hidden = view.rows.length === 0;
  byId('timeline-height').hidden = view.rows.length === 0;
  let drawn: Shown | undefined;
  let spans: Spans = [];
  listenToPointer(stage, lanes, () => spans);
  let current: readonly Block[] = [];
  return (now) => {
    const { row, scale, filter, rows } = now;
    if (scale !== drawn?.scale) spans = spansOf(view, scale);
    if (scale !== drawn?.scale || filter.part !== drawn.filter.part) {
      byId('timeline').dataset['scale'] = scale;
      for (const each of lanes.blocks) draw(each.place, spans[each.row]?.[each.side], now);
      drawRuler(now);
    }
    if (drawn === undefined || rows !== drawn.rows) showLeftOut(lanes.blocks, now);
    if (drawn === undefined || filter.lane !== drawn.filter.lane) {
      lanes.labels.forEach((label, lane) => {
        label.setAttribute('aria-pressed', String(lane === filter.lane));
      });
    }
    drawn = now;
    for (const { place } of current) place.classList.remove('current');
    current = lanes.blocks.filter((each) => each.row === row);
    for (const { place } of current) place.classList.add('current');
    const span = spans[row]?.find((each) => each !== undefined);
    if (span !== undefined) {
      cursor.style.left = `${shareOf(span.left + span.width / 2, now) * 100}%`;
    }
    // Asked only where lanes can be out of view: to scroll makes the browser lay out all that has changed.
    if (view.lanes.length > laneLimit) {
      current[0]?.place.closest('.lane')?.scrollIntoView({ block: 'nearest' });
    }
  };
}

/** What the list leaves out stands back. */
function showLeftOut(blocks: readonly Block[], { rows }: Shown): void {
  const there = new Set(rows);
  for (const { place, row } of blocks) place.toggleAttribute('data-left-out', !there.has(row));
}

/** Of the width that is drawn. */
function shareOf(at: number, { filter }: Shown): number {
  const { from, to } = filter.part ?? whole;
  return (at - from) / (to - from);
}

function draw(place: HTMLElement, span: Span | undefined, now: Shown): void {
  if (span === undefined) return;
  const left = shareOf(span.left, now);
  place.style.left = `${left * 100}%`;
  place.style.width = `${(shareOf(span.left + span.width, now) - left) * 100}%`;
}
