import { addressOf } from '../address.ts';
import { byId, element, icon } from '../element.ts';
import { rowOfStep, type Shown, type SidedStep, type Stage, stepsOf } from '../shown.ts';
import { copyButton } from './copy.ts';
import { highlight } from './highlight.ts';
import { openTab, type Tab, tabContent, tabsOf } from './tabs.ts';

/** The step on show: what it is called, where it leads, and what its open tab holds. */
export function createDetail(stage: Stage): (now: Shown) => void {
  const { view, shown, show } = stage;
  const tabs = byId('tabs');
  const panel = byId('panel');
  let drawn = '';
  let isScrolled = false;
  panel.addEventListener('scroll', () => (isScrolled = true), { passive: true });
  tabs.addEventListener('click', ({ target }) => {
    const chosen = target instanceof Element ? target.closest('[role=tab]') : null;
    if (chosen instanceof HTMLElement) chooseTab(stage, chosen.dataset['tab'] ?? '');
  });
  tabs.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    moveTab(stage, step);
    tabs.querySelector<HTMLElement>('[aria-selected=true]')?.focus();
  });
  byId('heads').addEventListener('click', ({ target }) => {
    const chosen = target instanceof HTMLElement ? target.closest('button') : null;
    if (chosen?.dataset['goto'] !== undefined) show({ row: Number(chosen.dataset['goto']) });
  });
  return (now) => {
    const open = openTab(view, now);
    const key = `${now.row} ${open?.name}`;
    if (key !== drawn) {
      drawn = key;
      const steps = stepsOf(view, view.rows[now.row]);
      byId('heads').replaceChildren(
        ...steps.map((each, number) => headElement(stage, each, number)),
      );
      const hadFocus = tabs.contains(document.activeElement);
      tabs.replaceChildren(
        ...tabsOf(view, now.row).map((tab) =>
          tabElement(tab, tab === open || tab.name === open?.name),
        ),
      );
      if (hadFocus) tabs.querySelector<HTMLElement>('[aria-selected=true]')?.focus();
      panel.setAttribute('aria-labelledby', `tab-${open?.name}`);
      panel.replaceChildren(
        ...(open === undefined ? [] : tabContent(view, now.row, open)).map((each) =>
          element('div', { class: 'column' }, each),
        ),
      );
      if (isScrolled) panel.scrollTop = 0;
      isScrolled = false;
    }
    highlight(panel, shown().query, isSaidThere(now, open));
  };
}

/** Whether what is searched stands in the open tab of the step. */
function isSaidThere({ hits, row }: Shown, open: Tab | undefined): boolean {
  return hits.some((hit) => hit.row === row && hit.tabs.includes(open?.name ?? ''));
}

export function chooseTab({ shown, show }: Stage, name: string): void {
  show({ tabs: [name, ...shown().tabs.filter((each) => each !== name)] });
}

export function moveTab(stage: Stage, by: number): void {
  const tabs = tabsOf(stage.view, stage.shown().row);
  const at = tabs.findIndex(({ name }) => name === openTab(stage.view, stage.shown())?.name);
  const next = tabs[(at + by + tabs.length) % tabs.length];
  if (next !== undefined) chooseTab(stage, next.name);
}

function tabElement({ name, title }: Tab, isOpen: boolean): HTMLElement {
  return element(
    'button',
    {
      type: 'button',
      role: 'tab',
      id: `tab-${name}`,
      'aria-selected': isOpen ? 'true' : 'false',
      'aria-controls': 'panel',
      tabindex: isOpen ? 0 : -1,
      'data-tab': name,
    },
    title,
  );
}

function headElement(stage: Stage, sided: SidedStep | undefined, number: number): HTMLElement {
  const { view } = stage;
  const name = view.sides[number]?.name ?? '';
  const isCompared = view.sides.length > 1;
  if (sided === undefined) {
    return element(
      'div',
      { class: 'head absent' },
      ...(isCompared ? [element('p', { class: 'side-name' }, name), 'not there'] : []),
    );
  }
  const { step } = sided;
  return element(
    'div',
    { class: 'head', 'data-kind': step.kind },
    ...(isCompared ? [element('p', { class: 'side-name' }, name)] : []),
    element(
      'h2',
      {},
      icon(step.kind),
      element('span', {}, step.title),
      element('code', {}, step.id),
      ...(step.line === undefined
        ? []
        : [element('span', { class: 'line-number' }, `line ${step.line}`)]),
      // One address is of both.
      ...(number > 0
        ? []
        : [copyButton('a link to this step (y)', () => addressOf(stage), 'Copy link')]),
      ...(step.isSuperseded ? [element('span', { class: 'badge' }, 'superseded by a crash')] : []),
    ),
    element(
      'p',
      { class: 'links' },
      ...step.links.map(({ label, step: to }) =>
        element('button', { type: 'button', 'data-goto': rowOfStep(view, number, to) }, label),
      ),
    ),
  );
}
