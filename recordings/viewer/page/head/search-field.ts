import { byId } from '../element.ts';
import { goToHit } from '../go-to.ts';
import type { Shown, Stage } from '../shown.ts';

/** The field that all texts are searched with: Enter leads from one to the next. */
export function createSearchField(stage: Stage): (now: Shown) => void {
  const field = byId('search');
  if (!(field instanceof HTMLInputElement)) throw new Error('The page has no field to search in.');
  const count = byId('search-count');
  const steppers = [byId('hit-before'), byId('hit-after')];
  field.addEventListener('input', () => stage.show({ query: field.value }));
  byId('search-form').addEventListener('submit', (event) => event.preventDefault());
  field.addEventListener('keydown', ({ key, shiftKey }) => {
    if (key === 'Enter') goToHit(stage, shiftKey ? -1 : 1);
  });
  steppers.forEach((button, at) => {
    button.addEventListener('click', () => goToHit(stage, at === 0 ? -1 : 1));
  });
  return ({ query, rows, row }) => {
    if (field.value !== query) field.value = query;
    const isEmpty = query.trim() === '';
    const at = rows.indexOf(row);
    count.textContent = isEmpty ? '' : `${at < 0 ? '' : `${at + 1} of `}${rows.length}`;
    for (const button of steppers) button.hidden = isEmpty;
  };
}
