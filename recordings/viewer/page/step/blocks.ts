import type { Block } from '../../view.ts';
import { element } from '../element.ts';
import { type DiffLine, diffLines } from '../reading/diff-lines.ts';
import { readableLines, rowsOfChange } from '../reading/readable.ts';
import { copyButton } from './copy.ts';

/** So much of a text is shown at first: a browser lays out a book of one paragraph slowly, and nobody reads it all. */
const characterLimit = 60_000;
/** Lines that are laid out together, once they come into view. */
const chunkLines = 200;
/** Unchanged lines left around a change. */
const contextLines = 3;

export function blockElement(block: Block): HTMLElement {
  if (block.kind === 'change') return rowChangeElement(block);
  if (block.kind !== 'data') {
    const { kind, text } = block;
    return element(
      'div',
      { class: `block-${kind}` },
      element('div', { class: 'words', dir: 'auto' }, longText(text)),
      ...(kind === 'note' ? [] : [copyButton(`this ${kind}`, () => text)]),
    );
  }
  const lines = readableLines(block.value);
  const isPlain = lines.every(({ key }) => key === '');
  return element(
    'div',
    { class: 'block-data' },
    element(
      'div',
      { class: 'data-label' },
      element('span', {}, block.label),
      copyButton(`${block.label} as JSON`, () => JSON.stringify(block.value, null, 2)),
    ),
    element(
      'pre',
      {},
      isPlain
        ? longText(lines.map(({ text }) => text).join('\n'))
        : inChunks(lines.map(({ key, text }) => [element('span', { class: 'key' }, key), text])),
    ),
  );
}

/** A row of a table: as lines that came or went, or that became others. */
function rowChangeElement(block: Extract<Block, { kind: 'change' }>): HTMLElement {
  const [before, after] = rowsOfChange(block);
  const kind = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
  return element(
    'div',
    { class: 'block-data block-change', 'data-mark': kind },
    element(
      'div',
      { class: 'data-label' },
      element('span', { class: 'mark' }, kind),
      element('span', {}, block.label),
    ),
    diffElement(rowLines(before, after)),
  );
}

function rowLines(before: string | undefined, after: string | undefined): readonly DiffLine[] {
  if (before !== undefined && after !== undefined) return diffLines(before, after);
  const kind = before === undefined ? 'added' : 'removed';
  return (before ?? after ?? '').split('\n').map((text) => ({ kind, text }));
}

/** A text of any length: its beginning, and the rest when it is asked for. */
function longText(text: string): DocumentFragment {
  const made = document.createDocumentFragment();
  if (text.length <= characterLimit) {
    made.append(textChunks(text));
    return made;
  }
  const rest = text.slice(characterLimit);
  const more = element(
    'button',
    { type: 'button', class: 'more' },
    `Show the other ${rest.length.toLocaleString('en')} characters`,
  );
  more.addEventListener('click', () => more.replaceWith(textChunks(rest)));
  made.append(textChunks(text.slice(0, characterLimit)), more);
  return made;
}

function textChunks(text: string): DocumentFragment {
  return inChunks(text.split('\n').map((line) => [line]));
}

/** Lines in pieces that are laid out as they come into view. */
function inChunks(lines: readonly (readonly (Node | string)[])[]): DocumentFragment {
  const made = document.createDocumentFragment();
  for (let at = 0; at < lines.length; at += chunkLines) {
    const some = lines.slice(at, at + chunkLines);
    const isLast = at + chunkLines >= lines.length;
    const nodes = some.flatMap((line, index) =>
      index === some.length - 1 && isLast ? line : [...line, '\n'],
    );
    made.append(lines.length > chunkLines ? element('div', { class: 'chunk' }, ...nodes) : '');
    if (lines.length > chunkLines) continue;
    made.append(...nodes);
  }
  return made;
}

/** Lines that go and come; long stretches without a change are folded. */
export function diffElement(lines: readonly DiffLine[]): HTMLElement {
  const near = new Set<number>();
  lines.forEach(({ kind }, at) => {
    if (kind === 'kept') return;
    for (let each = at - contextLines; each <= at + contextLines; each += 1) near.add(each);
  });
  const made = element('div', { class: 'diff' });
  let folded = 0;
  const fold = (): void => {
    if (folded > 0) made.append(element('div', { class: 'folded' }, counted(folded, 'line')));
    folded = 0;
  };
  lines.forEach((line, at) => {
    if (!near.has(at)) {
      folded += 1;
      return;
    }
    fold();
    made.append(lineElement(line, lines[line.kind === 'removed' ? at + 1 : at - 1]));
  });
  fold();
  return made;
}

const counted = (count: number, what: string): string =>
  `${count} unchanged ${what}${count === 1 ? '' : 's'}`;

const signs = { kept: ' ', added: '+', removed: '−' } as const;

/** A line; of one that has become another, what differs is marked. */
function lineElement({ kind, text }: DiffLine, other: DiffLine | undefined): HTMLElement {
  const isPair = kind !== 'kept' && other !== undefined && other.kind !== 'kept';
  const pieces = isPair && other.kind !== kind ? differing(text, other.text) : [text];
  const [start = '', changed = '', end = ''] = pieces;
  return element(
    kind === 'added' ? 'ins' : kind === 'removed' ? 'del' : 'div',
    { class: `diff-line ${kind}` },
    element('span', { class: 'sign' }, signs[kind]),
    element(
      'span',
      { dir: 'auto' },
      start,
      ...(changed === '' ? [] : [element('mark', {}, changed)]),
      end,
    ),
  );
}

/** What comes before, at and after the place where a text differs from another; nothing is marked where all differs. */
function differing(text: string, other: string): readonly string[] {
  const most = Math.min(text.length, other.length);
  let start = 0;
  while (start < most && text[start] === other[start]) start += 1;
  let end = 0;
  while (end < most - start && text.at(-1 - end) === other.at(-1 - end)) end += 1;
  if (start + end < text.length / 4) return [text];
  return [
    text.slice(0, start),
    text.slice(start, text.length - end),
    text.slice(text.length - end),
  ];
}

export function factsElement(facts: readonly (readonly [string, string])[]): HTMLElement {
  return element(
    'dl',
    { class: 'facts' },
    ...facts.map(([label, value]) =>
      element('div', {}, element('dt', {}, label), element('dd', { dir: 'auto' }, value)),
    ),
  );
}
