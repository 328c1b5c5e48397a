import { byId, element } from '../element.ts';
import { durationText } from '../reading/duration-text.ts';
import { extentOf, hasTimes, ticksOf } from '../reading/timeline-scale.ts';
import type { Shown, Stage } from '../shown.ts';
import { whole } from './part.ts';

/** Other scale, other parts: what was narrowed to one is wide again. */
export function switchScale({ shown, show }: Stage): void {
  const { filter, scale } = shown();
  const { part: _, ...rest } = filter;
  show({ scale: scale === 'time' ? 'order' : 'time', filter: rest });
}

/** Marks at round times, and the switch between time and order; nothing where there are no times. */
export function createRuler(stage: Stage): (now: Shown) => void {
  const ruler = byId('ruler');
  ruler.hidden = !hasTimes(stage.view);
  if (ruler.hidden) return () => undefined;
  const button = element('button', { type: 'button', 'aria-keyshortcuts': 's' });
  button.addEventListener('click', () => switchScale(stage));
  const extent = Math.max(1, extentOf(stage.view));
  const ticks = element('div', { class: 'ticks', 'aria-hidden': 'true' });
  ruler.append(button, ticks);
  return ({ scale, filter }) => {
    const other = scale === 'time' ? 'in order' : 'to time';
    button.textContent = scale === 'time' ? 'to time' : 'in order';
    button.title = `Draw it ${other} (s)`;
    button.setAttribute('aria-label', `Drawn ${button.textContent}. Draw it ${other}`);
    ticks.hidden = scale !== 'time';
    const { from, to } = filter.part ?? whole;
    const shares = ticksOf(extent, from * extent, to * extent).map((at) => [at, at / extent]);
    ticks.replaceChildren(
      ...shares.map(([at = 0, share = 0]) => {
        const tick = element('span', { class: 'tick' }, at === 0 ? '0' : durationText(at));
        tick.style.left = `${((share - from) / (to - from)) * 100}%`;
        return tick;
      }),
    );
  };
}
