/**
 * The lines at which the items of a list begin, which `JSON.parse` does not tell; the text is JSON. `path` leads to the list from
 * the root, such as `['log', 'entries']`, with null where it leads to each item of a list.
 */
export function jsonItemLines(text: string, path: readonly (string | null)[]): readonly number[] {
  const lines: number[] = [];
  // What stands open: an object's latest key, or null for a list.
  const open: (string | null)[] = [];
  let line = 1;
  let string = '';
  const begins = (): void => {
    const inList = open.length === path.length + 1 && open.at(-1) === null;
    if (inList && path.every((key, index) => open[index] === key)) lines.push(line);
  };
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '\n') line += 1;
    else if (character === '"') {
      const end = endOfString(text, at);
      begins();
      string = text.slice(at + 1, end);
      at = end;
    } else if (character === ':') open[open.length - 1] = string;
    else if (character === '{' || character === '[') {
      begins();
      open.push(character === '{' ? '' : null);
    } else if (character === '}' || character === ']') open.pop();
  }
  return lines;
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end;
}

function isEscaped(text: string, at: number): boolean {
  let before = at - 1;
  while (text[before] === '\\') before -= 1;
  return (at - before) % 2 === 0;
}
