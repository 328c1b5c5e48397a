import type { Notice, Side } from '../../view.ts';
import { byId, element } from '../element.ts';
import { isTelling, type Stage } from '../shown.ts';
import { factsElement } from '../step/blocks.ts';

/** What is on the page, before any of its steps is looked at. */
export function showTitle(stage: Stage): void {
  const { view } = stage;
  const names = view.sides.map(({ name }) => name);
  document.title = `${names.join(' and ')} · Groundhog`;
  const name = byId('name');
  name.textContent = names.join(' ↔ ');
  name.title = name.textContent;
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
  byId('about').append(...view.sides.map(aboutElement));
  showNotices(stage);
}

/** All that is known of a recording as a whole: a narrow page and one of two sides have no room for it at their top. */
function aboutElement({ name, made, facts, notices, steps }: Side): HTMLElement {
  return element(
    'section',
    { class: 'sections' },
    element('h3', { dir: 'auto' }, name),
    factsElement([['made', made.label], ['steps', steps.length.toLocaleString('en')], ...facts]),
    ...[made.says, ...notices.map(({ text }) => text)].map((text) =>
      element('p', { class: 'block-note' }, text),
    ),
  );
}

/** What holds for all sides is said once. */
function showNotices(stage: Stage): void {
  const { sides } = stage.view;
  const said = sides.map(({ made, notices }): readonly Notice[] => [
    { level: 'note', text: made.says },
    ...notices,
  ]);
  sides.forEach(({ name }, number) => {
    for (const { level, text } of said[number] ?? []) {
      const isCommon = said.every((notices) => notices.some((each) => each.text === text));
      if (isCommon && number > 0) continue;
      byId('notices').append(
        element('p', { class: `notice ${level}` }, isCommon ? text : `${name}: ${text}`),
      );
    }
  });
  if (sides.length > 1) byId('notices').append(differenceNotice(stage));
}

function differenceNotice({ view, show }: Stage): HTMLElement {
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
    button.addEventListener('click', () => show({ row: view.rows.findIndex(isTelling) }));
    made.append(button);
  }
  return made;
}
