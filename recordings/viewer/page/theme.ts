import { byId } from './element.ts';

const dark = matchMedia('(prefers-color-scheme: dark)');

/** As the reader's system has it, until the reader says otherwise. */
export function followTheme(): void {
  byId('theme').addEventListener('click', switchTheme);
  dark.addEventListener('change', describe);
  describe();
}

export function switchTheme(): void {
  document.documentElement.dataset['theme'] = isDark() ? 'light' : 'dark';
  describe();
}

function isDark(): boolean {
  const chosen = document.documentElement.dataset['theme'];
  return chosen === undefined ? dark.matches : chosen === 'dark';
}

function describe(): void {
  const other = isDark() ? 'light' : 'dark';
  const button = byId('theme');
  button.textContent = isDark() ? '☀' : '☾';
  button.setAttribute('aria-label', `Show it ${other}`);
  button.title = `Show it ${other} (t)`;
}
