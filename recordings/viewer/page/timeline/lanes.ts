import type { Lane, Step, View } from '../../view.ts';
import { byId, element } from '../element.ts';
import { isTelling, type Stage, stepsOf } from '../shown.ts';

/** Above so many steps a block is too narrow to say anything. */
const labelLimit = 40;

/** Where a step is drawn. */
export interface Block {
  readonly row: number;
  readonly side: number;
  readonly lane: number;
  readonly place: HTMLElement;
}

export interface Lanes {
  readonly blocks: readonly Block[];
  /** For each lane the element that its blocks stand in, a strip for each side. */
  readonly strips: readonly HTMLElement[];
  readonly labels: readonly HTMLElement[];
}

/** The lanes, one below the other, with a block for each step. */
export function layLanes({ view, shown, show }: Stage): Lanes {
  const labels = view.lanes.map((lane, index) => {
    const label = laneLabel(lane);
    label.addEventListener('click', () => {
      const { lane: before, ...rest } = shown().filter;
      show({ filter: before === index ? rest : { ...rest, lane: index } });
    });
    return label;
  });
  const strips = view.lanes.map(() =>
    element(
      'div',
      { class: 'strips' },
      ...view.sides.map(() => element('div', { class: 'strip', 'aria-hidden': 'true' })),
    ),
  );
  const blocks = view.rows.flatMap((row, index) =>
    stepsOf(view, row).flatMap((each, side): readonly Block[] => {
      if (each === undefined) return [];
      const place = blockOf(each.step, view);
      place.toggleAttribute('data-differs', isTelling(row));
      strips[each.step.lane]?.children[side]?.append(place);
      return [{ row: index, side, lane: each.step.lane, place }];
    }),
  );
  byId('lanes').append(
    ...strips.map((strip, index) => element('div', { class: 'lane' }, labels[index] ?? '', strip)),
  );
  byId('timeline').dataset['density'] = isSparse(view) ? 'low' : 'high';
  return { blocks, strips, labels };
}

const isSparse = (view: View): boolean => view.rows.length <= labelLimit;

/** Keys choose a lane by the step on show: a page of a hundred lanes has no hundred stops before its list. */
function laneLabel({ id, label, depth }: Lane): HTMLElement {
  return element(
    'button',
    {
      type: 'button',
      class: 'lane-label',
      tabindex: -1,
      title: `${id}: only this lane`,
      'data-depth': depth,
    },
    label,
  );
}

function blockOf({ title, id, ...step }: Step, view: View): HTMLElement {
  return element(
    'div',
    {
      class: 'block',
      'data-step': id,
      'data-kind': step.kind,
      'data-failed': step.isFailure,
      'data-superseded': step.isSuperseded,
    },
    ...(isSparse(view) ? [element('span', {}, title.replace(/^model /, ''))] : []),
  );
}
