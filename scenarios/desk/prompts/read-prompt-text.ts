import { readFileSync } from 'node:fs';

/** A text that stands beside this file, without the blank around it. */
export function readPromptText(name: string): string {
  return readFileSync(new URL(`./${name}.md`, import.meta.url), 'utf8').trim();
}
