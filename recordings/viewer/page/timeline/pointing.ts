import type { View } from '../../view.ts';
import { byId, element, icon } from '../element.ts';
import { goTo } from '../go-to.ts';
import { durationText } from '../reading/duration-text.ts';
import { type Stage, stepsOf } from '../shown.ts';
import type { Block, Lanes } from './lanes.ts';
import { type Spans, showPart, whole } from './part.ts';

/** Less than so many pixels are no drawing, but a hand that trembles. */
const leastDrawn = 5;

/** Somebody points at a lane: what stands there is told, a click goes to it, and what is drawn over is looked at closer. */
export function listenToPointer(stage: Stage, lanes: Lanes, spans: () => Spans): void {
  const all = byId('lanes');
  const selection = element('div', { class: 'selection', 'aria-hidden': 'true', hidden: true });
  byId('axis').append(selection);
  let begun: { readonly x: number; readonly strip: Element } | undefined;
  /** The share of the whole timeline at which somebody points. */
  const shareAt = (strip: Element, x: number): number => {
    const { left, width } = strip.getBoundingClientRect();
    const { from, to } = stage.shown().filter.part ?? whole;
    return from + Math.min(Math.max((x - left) / width, 0), 1) * (to - from);
  };
  const pointedAt = (strip: Element, x: number): Block | undefined =>
    nearest(
      lanes.blocks.filter(({ lane }) => lanes.strips[lane] === strip),
      spans(),
      shareAt(strip, x),
    );
  all.addEventListener('pointerdown', (event) => {
    const strip = stripOf(event.target);
    if (strip === null || event.button !== 0) return;
    begun = { x: event.clientX, strip };
    all.setPointerCapture(event.pointerId);
  });
  all.addEventListener('pointermove', ({ clientX: x, target }) => {
    if (begun === undefined) {
      const strip = stripOf(target);
      tell(stage.view, strip === null ? undefined : pointedAt(strip, x), x);
      return;
    }
    const { left, width } = begun.strip.getBoundingClientRect();
    const [from = 0, to = 0] = [begun.x, x].toSorted((one, other) => one - other);
    selection.hidden = to - from < leastDrawn;
    selection.style.left = `${((from - left) / width) * 100}%`;
    selection.style.width = `${((to - from) / width) * 100}%`;
    tell(stage.view, undefined, x);
  });
  all.addEventListener('pointerup', ({ clientX: x }) => {
    if (begun === undefined) return;
    const { strip, x: start } = begun;
    begun = undefined;
    selection.hidden = true;
    if (Math.abs(x - start) < leastDrawn) {
      const block = pointedAt(strip, x);
      if (block !== undefined) goTo(stage, block.row);
      return;
    }
    const ends = [shareAt(strip, start), shareAt(strip, x)];
    showPart(stage, spans(), [Math.min(...ends), Math.max(...ends)]);
  });
  all.addEventListener('pointercancel', () => {
    begun = undefined;
    selection.hidden = true;
  });
  all.addEventListener('pointerleave', () => tell(stage.view, undefined, 0));
}

const stripOf = (target: EventTarget | null): Element | null =>
  target instanceof Element ? target.closest('.strips') : null;

/** The block that stands closest to where somebody pointed; of several that stand there the shortest. */
function nearest(blocks: readonly Block[], spans: Spans, at: number): Block | undefined {
  let best: { block: Block; away: number; width: number } | undefined;
  for (const block of blocks) {
    const { left, width } = spans[block.row]?.[block.side] ?? { left: Number.NaN, width: 0 };
    const away = Math.max(left - at, at - left - width, 0);
    if (best === undefined || away < best.away || (away === best.away && width < best.width)) {
      best = { block, away, width };
    }
  }
  return best?.block;
}

/** Says what stands where somebody points. */
function tell(view: View, block: Block | undefined, x: number): void {
  const card = byId('hover');
  const sided = block && stepsOf(view, view.rows[block.row])[block.side];
  card.hidden = block === undefined || sided === undefined;
  if (block === undefined || sided === undefined) return;
  const { step, side } = sided;
  const { title, id, summary, timing, isFailure, kind } = step;
  const took = timing === undefined ? '' : ` · ${durationText(timing.to - timing.from)}`;
  card.replaceChildren(
    element('b', { 'data-kind': kind }, icon(kind), ` ${title}`),
    element('code', {}, `${id}${took}${isFailure ? ' · failed' : ''}`),
    ...(view.sides.length > 1 ? [element('span', {}, side.name)] : []),
    element('span', { dir: 'auto' }, summary),
  );
  const { bottom } = (block.place.closest('.lane') ?? block.place).getBoundingClientRect();
  card.style.top = `${bottom + 4}px`;
  card.style.left = `${Math.max(8, Math.min(x + 8, innerWidth - card.offsetWidth - 8))}px`;
}
