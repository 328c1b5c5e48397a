/** What a reader has chosen, for this page and the next: a browser that keeps nothing for a file has it chosen anew. */
const prefix = 'groundhog-view:';

export function keptChoice(name: string): string | undefined {
  try {
    return localStorage.getItem(prefix + name) ?? undefined;
  } catch {
    return undefined;
  }
}

export function keepChoice(name: string, value: string): void {
  try {
    localStorage.setItem(prefix + name, value);
  } catch {
    // It holds while the page is open.
  }
}
