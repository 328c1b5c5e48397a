// The page of a recording: one file that holds its data and loads nothing. What it holds was said by people, models and
// tools, so it is set as text and never as markup; the policy in its head would stop it otherwise.

import type { Notice, StepKind, View } from '../view.ts';
import { createDetail } from './detail.ts';
import { byId, element, icon } from './element.ts';
import { listenToKeys } from './keyboard.ts';
import { hashOf, placeIn } from './reading/link.ts';
import { createStage, isTelling, nameOf, rowNamed, type Shown, type Stage } from './shown.ts';
import { createStepList } from './step-list.ts';
import { openTab } from './tabs.ts';
import { followTheme } from './theme.ts';
import { createTimeline } from './timeline.ts';

const kindNames: Readonly<Record<StepKind, string>> = {
  model: 'Model',
  tool: 'Tools',
  person: 'People',
  host: 'Clock, dice',
  event: 'Events',
  crash: 'Crashes',
};

const view: View = JSON.parse(byId('view').textContent ?? '');
const drawings: ((now: Shown) => void)[] = [];
const stage = createStage(view, (now, before) => {
  for (const draw of drawings) draw(now);
  keepAddress(now, before);
});
/** Keys go through many steps: they are one entry of the history. */
let isByKey = false;
/** A browser takes few changes of an address in a second, and a held key makes many. */
const addressPauseMs = 100;
let addressTimer: ReturnType<typeof setTimeout> | undefined;

followTheme();
showTitle();
drawings.push(createTimeline(stage), createStepList(stage), createDetail(stage), drawSearch);
drawings.push(createKinds(stage));
document.addEventListener('keydown', () => (isByKey = true), { capture: true });
document.addEventListener('pointerdown', () => (isByKey = false), { capture: true });
listenToKeys(stage);
listenToSearch(stage);
byId('skip').addEventListener('click', (event) => {
  event.preventDefault();
  byId('list').focus();
});
addEventListener('popstate', goToAddress);
goToAddress();

function showTitle(): void {
  document.title = `${view.sides.map(({ name }) => name).join(' and ')} · Groundhog`;
  byId('name').textContent = view.sides.map(({ name }) => name).join(' ↔ ');
  byId('made').append(
    ...[...new Map(view.sides.map(({ made }) => [made.label, made])).values()].map((made) =>
      element('span', { class: 'made', title: made.says, 'data-kind': made.kind }, made.label),
    ),
  );
  const [first] = view.sides;
  if (view.sides.length === 1) {
    byId('facts').append(
      ...(first?.facts ?? []).map(([label, value]) =>
        element('span', { class: 'fact' }, element('b', {}, label), ` ${value}`),
      ),
    );
  }
  document.body.dataset['sides'] = String(view.sides.length);
  showNotices();
}

/** What holds for all sides is said once. */
function showNotices(): void {
  const said = view.sides.map(({ made, notices }): readonly Notice[] => [
    { level: 'note', text: made.says },
    ...notices,
  ]);
  view.sides.forEach(({ name }, number) => {
    for (const { level, text } of said[number] ?? []) {
      const isCommon = said.every((notices) => notices.some((each) => each.text === text));
      if (isCommon && number > 0) continue;
      byId('notices').append(
        element('p', { class: `notice ${level}` }, isCommon ? text : `${name}: ${text}`),
      );
    }
  });
  if (view.sides.length > 1) byId('notices').append(differenceNotice());
}

function differenceNotice(): HTMLElement {
  const telling = view.rows.filter(isTelling).length;
  const others = view.rows.filter(({ difference }) => difference !== undefined).length - telling;
  const made = element('p', { class: 'notice note' });
  if (telling + others === 0) {
    made.append('No differences.');
    return made;
  }
  made.append(
    `${telling} of ${view.rows.length} steps differ in what came of them, ${others} more in what was read or by chance. `,
  );
  if (telling > 0) {
    const button = element('button', { type: 'button' }, 'First difference');
    button.addEventListener('click', () => stage.show({ row: view.rows.findIndex(isTelling) }));
    made.append(button);
  }
  return made;
}

/** Switches for the kinds of steps that there are. */
function createKinds({ show, shown }: Stage): (now: Shown) => void {
  const counts = new Map<StepKind, number>();
  for (const { kind } of view.sides.flatMap(({ steps }) => steps)) {
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const buttons = [...counts].map(([kind, count]) => {
    const button = element(
      'button',
      { type: 'button', 'data-kind': kind, title: kindNames[kind] },
      icon(kind),
      element('span', {}, kindNames[kind]),
      element('small', {}, String(count)),
    );
    button.addEventListener('click', () => {
      const { hidden } = shown();
      show({
        hidden: new Set(
          hidden.has(kind) ? [...hidden].filter((each) => each !== kind) : [...hidden, kind],
        ),
      });
    });
    return { kind, button };
  });
  byId('kinds').append(...buttons.map(({ button }) => button));
  return ({ hidden }) => {
    for (const { kind, button } of buttons) {
      button.setAttribute('aria-pressed', hidden.has(kind) ? 'false' : 'true');
    }
  };
}

function listenToSearch({ show, shown }: Stage): void {
  const field = searchField();
  field.addEventListener('input', () => show({ query: field.value }));
  byId('search-form').addEventListener('submit', (event) => event.preventDefault());
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return;
    const { hits, row } = shown();
    const next = event.shiftKey
      ? (hits.findLast((hit) => hit.row < row) ?? hits.at(-1))
      : (hits.find((hit) => hit.row > row) ?? hits[0]);
    if (next !== undefined) show({ row: next.row });
  });
}

function searchField(): HTMLInputElement {
  const field = byId('search');
  if (!(field instanceof HTMLInputElement)) throw new Error('The page has no field to search in.');
  return field;
}

function drawSearch({ query, hits, row }: Shown): void {
  const field = searchField();
  if (field.value !== query) field.value = query;
  const at = hits.findIndex((hit) => hit.row === row);
  const count = query.trim() === '' ? '' : `${at < 0 ? '' : `${at + 1} of `}${hits.length}`;
  byId('search-count').textContent = count;
}

function keepAddress(now: Shown, before: Shown | undefined): void {
  const address = hashOf({ step: nameOf(view, now.row), ...tabInAddress(now) });
  clearTimeout(addressTimer);
  if (isByKey || now.row === before?.row) {
    addressTimer = setTimeout(() => writeAddress(address, 'replace'), addressPauseMs);
  } else {
    writeAddress(address, 'push');
  }
}

function writeAddress(address: string, how: 'push' | 'replace'): void {
  if (address === location.hash) return;
  if (how === 'push') history.pushState(null, '', address);
  else history.replaceState(null, '', address);
}

/** A tab that nobody chose needs no mention. */
function tabInAddress(now: Shown): { readonly tab?: string } {
  const open = openTab(view, now);
  return open !== undefined && now.tabs.includes(open.name) ? { tab: open.name } : {};
}

function goToAddress(): void {
  const place = placeIn(location.hash);
  const row = place === undefined ? 0 : rowNamed(view, place.step);
  isByKey = true;
  byId('said').textContent = row < 0 ? `There is no step ${place?.step}.` : '';
  stage.show({
    row: Math.max(row, 0),
    ...(place?.tab === undefined ? {} : { tabs: [place.tab] }),
    hidden: new Set(),
    query: '',
  });
}
