import type { Panel, Side, Step, View } from '../../view.ts';
import { element } from '../element.ts';
import { contextOf } from '../reading/context.ts';
import { diffLines } from '../reading/diff-lines.ts';
import { textOf } from '../reading/readable.ts';
import { type Shown, type SidedStep, stepsOf } from '../shown.ts';
import { blockElement, diffElement, factsElement } from './blocks.ts';
import { changesElement, contextPanel } from './context-panel.ts';
import { timingPanel } from './timing-panel.ts';

export interface Tab {
  readonly name: string;
  readonly title: string;
}

const contextTab: Tab = { name: 'context', title: 'Context' };
const changesTab: Tab = { name: 'context-diff', title: 'Context diff' };
const databaseTab: Tab = { name: 'database', title: 'Database' };
const timingTab: Tab = { name: 'timing', title: 'Timing' };
const differenceTab: Tab = { name: 'difference', title: 'Difference' };

/** What can be shown of a row: what one of its steps has. */
export function tabsOf(view: View, row: number): readonly Tab[] {
  const steps = stepsOf(view, view.rows[row]).flatMap((each) => each ?? []);
  const tabs = steps.flatMap(tabsOfStep);
  const once = tabs.filter(({ name }, at) => tabs.findIndex((each) => each.name === name) === at);
  const isPair = steps.length > 1 && view.rows[row]?.difference !== undefined;
  return isPair ? [differenceTab, ...once] : once;
}

function tabsOfStep({ side, step }: SidedStep): readonly Tab[] {
  const { context, panels, timing } = step;
  return [
    ...panels.map(({ name, title }) => ({ name, title })),
    ...(isUnknownThere(side, step) ? [databaseTab] : []),
    ...(context === undefined ? [] : [contextTab]),
    ...(context?.previous === undefined ? [] : [changesTab]),
    ...(timing === undefined ? [] : [timingTab]),
  ];
}

/** What a tool changed is asked for also where nobody can say it. */
function isUnknownThere({ databaseUnknown }: Side, { kind, panels }: Step): boolean {
  const isTold = panels.some(({ name }) => name === databaseTab.name);
  return kind === 'tool' && databaseUnknown !== undefined && !isTold;
}

/** The tab that is open: of those that were chosen the latest that there is. */
export function openTab(view: View, { row, tabs }: Shown): Tab | undefined {
  const there = tabsOf(view, row);
  const [chosen] = tabs.flatMap((name) => there.find((tab) => tab.name === name) ?? []);
  return chosen ?? there[0];
}

/** What a tab shows of a row: a column for each side. */
export function tabContent(view: View, row: number, tab: Tab): readonly HTMLElement[] {
  const steps = stepsOf(view, view.rows[row]);
  if (tab.name === differenceTab.name) return [differenceElement(view, steps)];
  return steps.map((each) =>
    each === undefined
      ? element('p', { class: 'empty' }, 'There is no such step here.')
      : stepContent(view, each, tab),
  );
}

function stepContent(view: View, sided: SidedStep, { name }: Tab): HTMLElement {
  const { side, step } = sided;
  if (!tabsOfStep(sided).some((tab) => tab.name === name)) {
    return element('p', { class: 'empty' }, 'This step has none.');
  }
  if (name === contextTab.name) return contextPanel(view, sided);
  if (name === timingTab.name) return timingPanel(side, step);
  if (name === databaseTab.name && isUnknownThere(side, step)) {
    return element('p', { class: 'empty' }, side.databaseUnknown ?? '');
  }
  if (name !== changesTab.name) return panelElement(step.panels.find((each) => each.name === name));
  const before = side.steps[step.context?.previous ?? -1];
  return element(
    'div',
    {},
    element('p', { class: 'since' }, `Compared with what was read at ${before?.id ?? ''}.`),
    changesElement(
      view,
      before === undefined ? [] : contextOf(side, before),
      contextOf(side, step),
    ),
  );
}

function panelElement(panel: Panel | undefined): HTMLElement {
  if (panel === undefined) return element('div');
  const facts = [...panel.facts, ...(panel.counts ?? [])];
  return element(
    'div',
    { class: 'sections' },
    ...(facts.length === 0 ? [] : [factsElement(facts)]),
    ...panel.blocks.map(blockElement),
  );
}

/** Both sides over one another: what was read, then what came of it. */
function differenceElement(view: View, steps: readonly (SidedStep | undefined)[]): HTMLElement {
  const [left, right] = steps;
  if (left === undefined || right === undefined) return element('div');
  const made = element('div', { class: 'sections' });
  const knowsBoth = [left, right].every(({ side }) => side.databaseUnknown === undefined);
  const isCompared = ({ name }: Panel): boolean => name !== databaseTab.name || knowsBoth;
  const texts = [left, right].map(({ step }) =>
    step.panels.filter(isCompared).map(panelText).join('\n'),
  );
  made.append(element('h3', {}, 'What came of it'));
  made.append(
    texts[0] === texts[1]
      ? element('p', { class: 'empty' }, 'The same.')
      : diffElement(diffLines(texts[0] ?? '', texts[1] ?? '')),
  );
  if (left.step.context !== undefined && right.step.context !== undefined) {
    made.append(
      element('h3', {}, 'What was read'),
      changesElement(view, contextOf(left.side, left.step), contextOf(right.side, right.step)),
    );
  }
  return made;
}

/** Of a database only which tables changed, as the comparison has it. */
const panelText = ({ name, facts, blocks }: Panel): string =>
  [
    ...facts.map(([label, value]) => `${label}: ${value}`),
    ...(name === databaseTab.name ? [] : blocks.map(textOf)),
  ].join('\n');
