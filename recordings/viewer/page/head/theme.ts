import { byId } from '../element.ts';
import { keepChoice, keptChoice } from '../kept-choice.ts';

const dark = matchMedia('(prefers-color-scheme: dark)');

/** As the reader's system has it, until the reader says otherwise. */
export function followTheme(): void {
  const before = keptChoice('theme');
  if (before !== undefined) document.documentElement.dataset['theme'] = before;
  byId('theme').addEventListener('click', switchTheme);
  dark.addEventListener('change', describe);
  describe();
}

export function switchTheme(): void {
  const theme = isDark() ? 'light' : 'dark';
  document.documentElement.dataset['theme'] = theme;
  // What the system has anyway is followed again.
  keepChoice('theme', (theme === 'dark') === dark.matches ? '' : theme);
  describe();
}

function isDark(): boolean {
  const chosen = document.documentElement.dataset['theme'] ?? '';
  return chosen === '' ? dark.matches : chosen === 'dark';
}

function describe(): void {
  const other = isDark() ? 'light' : 'dark';
  const button = byId('theme');
  button.textContent = isDark() ? '☀' : '☾';
  button.setAttribute('aria-label', `Show it ${other}`);
  button.title = `Show it ${other} (t)`;
}
