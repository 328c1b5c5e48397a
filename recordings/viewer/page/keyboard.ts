import { copyLink } from './address.ts';
import { byId, element } from './element.ts';
import { goTo, goToHit, goToNext } from './go-to.ts';
import { switchTheme } from './head/theme.ts';
import { hasTimes } from './reading/timeline-scale.ts';
import { isFailed, isTelling, leadOf, type Stage } from './shown.ts';
import { chooseTab, moveTab } from './step/detail.ts';
import { tabsOf } from './step/tabs.ts';
import { showWhole, switchLane, zoom } from './timeline/part.ts';
import { switchScale } from './timeline/ruler.ts';

interface Shortcut {
  readonly keys: readonly string[];
  readonly says: string;
  readonly act: (stage: Stage, key: string) => void;
}

const shortcuts: readonly Shortcut[] = [
  { keys: ['j', 'ArrowDown'], says: 'next step', act: (stage) => move(stage, 1) },
  { keys: ['k', 'ArrowUp'], says: 'previous step', act: (stage) => move(stage, -1) },
  { keys: ['J'], says: 'next step of the lane', act: (stage) => moveInLane(stage, 1) },
  { keys: ['K'], says: 'previous step of the lane', act: (stage) => moveInLane(stage, -1) },
  { keys: ['PageDown'], says: 'ten steps on', act: (stage) => move(stage, 10) },
  { keys: ['PageUp'], says: 'ten steps back', act: (stage) => move(stage, -10) },
  { keys: ['Home'], says: 'first step', act: (stage) => move(stage, Number.NEGATIVE_INFINITY) },
  { keys: ['End'], says: 'last step', act: (stage) => move(stage, Number.POSITIVE_INFINITY) },
  { keys: ['e'], says: 'next failure', act: (stage) => goToNext(stage, 1, failed(stage)) },
  { keys: ['E'], says: 'previous failure', act: (stage) => goToNext(stage, -1, failed(stage)) },
  { keys: ['d'], says: 'next difference', act: (stage) => goToNext(stage, 1, telling(stage)) },
  { keys: ['D'], says: 'previous difference', act: (stage) => goToNext(stage, -1, telling(stage)) },
  { keys: ['h', 'ArrowLeft'], says: 'tab before', act: (stage) => moveTab(stage, -1) },
  { keys: ['l', 'ArrowRight'], says: 'tab after', act: (stage) => moveTab(stage, 1) },
  {
    keys: ['1', '2', '3', '4', '5', '6', '7'],
    says: 'tab by its number',
    act: (stage, key) => {
      const tab = tabsOf(stage.view, stage.shown().row)[Number(key) - 1];
      if (tab !== undefined) chooseTab(stage, tab.name);
    },
  },
  { keys: ['s'], says: 'timeline to time or in order', act: switchScale },
  { keys: ['+'], says: 'timeline closer', act: (stage) => zoom(stage, 2) },
  { keys: ['-'], says: 'timeline further', act: (stage) => zoom(stage, 0.5) },
  {
    keys: ['o'],
    says: 'only this lane, or all',
    act: (stage) => switchLane(stage, leadOf(stage.view, stage.shown().row)?.lane),
  },
  { keys: ['0'], says: 'all lanes, the whole timeline', act: showWhole },
  { keys: ['/'], says: 'search', act: () => byId('search').focus() },
  { keys: ['n'], says: 'next step found', act: (stage) => goToHit(stage, 1) },
  { keys: ['N'], says: 'step found before', act: (stage) => goToHit(stage, -1) },
  { keys: ['Escape'], says: 'end the search', act: (stage) => endSearch(stage) },
  { keys: ['y'], says: 'copy a link to what is shown', act: (stage) => void copyLink(stage) },
  { keys: ['i'], says: 'about this page', act: () => showDialog('about-dialog') },
  { keys: ['t'], says: 'light or dark', act: switchTheme },
  { keys: ['?'], says: 'this help', act: () => showDialog('help-dialog') },
];

const failed =
  ({ view }: Stage) =>
  (row: number) =>
    isFailed(view, row);
const telling =
  ({ view }: Stage) =>
  (row: number) =>
    isTelling(view.rows[row]);

const shownKeys: Readonly<Record<string, string>> = {
  ArrowDown: '↓',
  ArrowUp: '↑',
  ArrowLeft: '←',
  ArrowRight: '→',
  PageDown: 'Page ↓',
  PageUp: 'Page ↑',
  Escape: 'Esc',
};

export function listenToKeys(stage: Stage): void {
  const isCompared = stage.view.sides.length > 1;
  const there = shortcuts.filter(
    ({ keys: [key = ''] }) =>
      (isCompared || !/^d$/i.test(key)) && (hasTimes(stage.view) || key !== 's'),
  );
  byId('keys').append(
    ...there.flatMap(({ keys, says }) => [
      element('dt', {}, ...keys.flatMap((key) => [element('kbd', {}, shownKeys[key] ?? key), ' '])),
      element('dd', {}, says),
    ]),
  );
  byId('help').addEventListener('click', () => showDialog('help-dialog'));
  byId('about-button').addEventListener('click', () => showDialog('about-dialog'));
  document.addEventListener('keydown', (event) => {
    const { key, target, ctrlKey, metaKey, altKey } = event;
    if (ctrlKey || metaKey || altKey || isTaken(target, key)) return;
    const shortcut = there.find(({ keys }) => keys.includes(key));
    if (shortcut === undefined) return;
    event.preventDefault();
    // Whoever is read the page to is told the step that a key leads to: the list says it where it has the focus.
    if (document.activeElement === document.body) byId('list').focus({ preventScroll: true });
    shortcut.act(stage, key);
  });
}

/** Fields take all keys but Escape; what scrolls takes those that scroll. */
function isTaken(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('dialog')) return true;
  if (target instanceof HTMLInputElement) return key !== 'Escape';
  return target.closest('#panel') !== null && /^(Arrow|Page|Home|End)/.test(key);
}

function move(stage: Stage, by: number): void {
  const { rows, row } = stage.shown();
  const at = rows.indexOf(row);
  // What is not in the list is between two that are.
  const from = at >= 0 ? at : rows.filter((each) => each < row).length - (by > 0 ? 1 : 0);
  const next = rows[Math.min(Math.max(from + by, 0), rows.length - 1)];
  if (next !== undefined) goTo(stage, next);
}

function moveInLane(stage: Stage, by: 1 | -1): void {
  const { view, shown } = stage;
  const { rows, row } = shown();
  const lane = leadOf(view, row)?.lane;
  const others = rows.filter((each) => (each - row) * by > 0 && leadOf(view, each)?.lane === lane);
  const next = by > 0 ? others[0] : others.at(-1);
  if (next !== undefined) goTo(stage, next);
}

function endSearch({ show }: Stage): void {
  show({ query: '' });
  byId('list').focus();
}

function showDialog(id: string): void {
  const dialog = byId(id);
  if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
}
