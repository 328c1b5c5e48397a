import type { StepKind } from '../../view.ts';
import { byId, element, icon } from '../element.ts';
import { type Filter, isFailed, isTelling, noFilter, type Shown, type Stage } from '../shown.ts';

const kindNames: Readonly<Record<StepKind, string>> = {
  model: 'Model',
  tool: 'Tools',
  person: 'People',
  host: 'Clock, dice',
  event: 'Events',
  crash: 'Crashes',
};

/** Switches for the kinds of steps that there are, for those that failed or differ, and what else the list leaves out. */
export function createFilters(stage: Stage): (now: Shown) => void {
  const drawings = [...kindSwitches(stage), ...onlySwitches(stage), placeButton(stage)];
  return (now) => {
    for (const draw of drawings) draw(now.filter);
  };
}

type Draw = (filter: Filter) => void;

function kindSwitches({ view, shown, show }: Stage): readonly Draw[] {
  const kinds = view.sides.flatMap(({ steps }) => steps.map(({ kind }) => kind));
  return [...Map.groupBy(kinds, (kind) => kind)].map(([kind, each]) => {
    const button = element(
      'button',
      { type: 'button', 'data-kind': kind },
      icon(kind),
      element('span', {}, kindNames[kind]),
      element('small', {}, String(each.length)),
    );
    button.addEventListener('click', () => {
      const { filter } = shown();
      const hidden = new Set(filter.hidden);
      if (!hidden.delete(kind)) hidden.add(kind);
      show({ filter: { ...filter, hidden } });
    });
    byId('kinds').append(button);
    return ({ hidden }) => button.setAttribute('aria-pressed', String(!hidden.has(kind)));
  });
}

function onlySwitches({ view, shown, show }: Stage): readonly Draw[] {
  const rows = [...view.rows.keys()];
  const counts = {
    failures: rows.filter((row) => isFailed(view, row)).length,
    differences: rows.filter((row) => isTelling(view.rows[row])).length,
  };
  return (['failures', 'differences'] as const).flatMap((only): Draw[] => {
    if (counts[only] === 0) return [];
    const button = element(
      'button',
      { type: 'button', class: 'only' },
      element('span', {}, `Only ${only}`),
      element('small', {}, String(counts[only])),
    );
    button.addEventListener('click', () => {
      const { only: before, ...rest } = shown().filter;
      show({ filter: before === only ? rest : { ...rest, only } });
    });
    byId('kinds').append(button);
    return [(filter) => button.setAttribute('aria-pressed', String(filter.only === only))];
  });
}

/** Names the lane and the part of the timeline that the list is of, and ends that. */
function placeButton({ view, shown, show }: Stage): Draw {
  const button = element('button', { type: 'button', class: 'only', 'aria-keyshortcuts': '0' });
  button.addEventListener('click', () => {
    const { lane: _, part: __, ...rest } = shown().filter;
    show({ filter: rest.hidden.size === 0 && rest.only === undefined ? noFilter : rest });
  });
  byId('kinds').append(button);
  return ({ lane, part }) => {
    const said = [
      ...(lane === undefined ? [] : [`lane ${view.lanes[lane]?.label}`]),
      ...(part === undefined ? [] : ['part of the timeline']),
    ];
    button.hidden = said.length === 0;
    button.textContent = `Only ${said.join(', ')} ✕`;
    button.setAttribute('aria-label', `Only ${said.join(', ')} is shown. Show all`);
  };
}
