import type { StepKind, View } from '../view.ts';
import { byId } from './element.ts';
import { hashOf, type Place, placeIn } from './reading/link.ts';
import { type Filter, nameOf, noFilter, rowNamed, type Shown, type Stage } from './shown.ts';
import { copyText } from './step/copy.ts';
import { openTab } from './step/tabs.ts';

/** A browser takes few changes of an address in a second, and a held key makes many. */
const addressPauseMs = 100;
/** Keys go through many steps: they are one entry of the history. */
let isByKey = false;
let addressTimer: ReturnType<typeof setTimeout> | undefined;

/** Follows the address, now and whenever it is another. */
export function followAddress(stage: Stage): void {
  document.addEventListener('keydown', () => (isByKey = true), { capture: true });
  document.addEventListener('pointerdown', () => (isByKey = false), { capture: true });
  addEventListener('popstate', () => goToAddress(stage));
  goToAddress(stage);
}

/** Has the address say what is on show. */
export function keepAddress(view: View, now: Shown, before: Shown | undefined): void {
  const address = hashOf(placeOf(view, now));
  clearTimeout(addressTimer);
  if (isByKey || now.row === before?.row) {
    addressTimer = setTimeout(() => writeAddress(address, 'replace'), addressPauseMs);
  } else {
    writeAddress(address, 'push');
  }
}

/** The address of what is on show, at once. */
export function addressOf({ view, shown }: Stage): string {
  return new URL(hashOf(placeOf(view, shown())), location.href).href;
}

/** A link to the step on show, with its tab and what the list is searched and filtered by. */
export async function copyLink(stage: Stage): Promise<void> {
  await copyText(addressOf(stage));
}

function placeOf(view: View, now: Shown): Place {
  const { lane, only, hidden } = now.filter;
  const tab = openTab(view, now)?.name;
  const laneId = lane === undefined ? undefined : view.lanes[lane]?.id;
  return {
    step: nameOf(view, now.row),
    // A tab that nobody chose needs no mention.
    ...(tab !== undefined && now.tabs.includes(tab) ? { tab } : {}),
    ...(now.query.trim() === '' ? {} : { find: now.query }),
    ...(laneId === undefined ? {} : { lane: laneId }),
    ...(only === undefined ? {} : { only }),
    ...(hidden.size === 0 ? {} : { without: [...hidden].join(',') }),
  };
}

function writeAddress(address: string, how: 'push' | 'replace'): void {
  if (address === location.hash) return;
  if (how === 'push') history.pushState(null, '', address);
  else history.replaceState(null, '', address);
}

function goToAddress({ view, show }: Stage): void {
  const place = placeIn(location.hash);
  const row = place === undefined ? 0 : rowNamed(view, place.step);
  isByKey = true;
  byId('said').textContent = row < 0 ? `There is no step ${place?.step}.` : '';
  show({
    row: Math.max(row, 0),
    ...(place?.tab === undefined ? {} : { tabs: [place.tab] }),
    filter: place === undefined ? noFilter : filterOf(view, place),
    query: place?.find ?? '',
  });
}

const kinds: readonly StepKind[] = ['model', 'tool', 'person', 'host', 'event', 'crash'];

/** What an address names that is not there is not filtered by. */
function filterOf(view: View, { lane, only, without = '' }: Place): Filter {
  const named = without.split(',');
  const index = view.lanes.findIndex(({ id }) => id === lane);
  const hidden = new Set(kinds.filter((kind) => named.includes(kind)));
  const isOnly = only === 'failures' || only === 'differences';
  if (hidden.size === 0 && index < 0 && !isOnly) return noFilter;
  return {
    hidden,
    ...(index < 0 ? {} : { lane: index }),
    ...(isOnly ? { only } : {}),
  };
}
