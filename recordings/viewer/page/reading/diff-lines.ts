/** A line of two texts laid over one another. */
export interface DiffLine {
  readonly kind: 'kept' | 'added' | 'removed';
  readonly text: string;
}

/** Pairs of lines that may be looked at: texts that differ in more are shown as one that goes and one that comes. */
const pairLimit = 4_000_000;

/** What makes `after` of `before`, line by line, with as many lines kept as can be. */
export function diffLines(before: string, after: string): readonly DiffLine[] {
  const left = before.split('\n');
  const right = after.split('\n');
  let start = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) start += 1;
  let end = 0;
  const most = Math.min(left.length, right.length) - start;
  while (end < most && left.at(-1 - end) === right.at(-1 - end)) end += 1;
  return [
    ...marked('kept', left.slice(0, start)),
    ...changedLines(left.slice(start, left.length - end), right.slice(start, right.length - end)),
    ...marked('kept', left.slice(left.length - end)),
  ];
}

const marked = (kind: DiffLine['kind'], lines: readonly string[]): DiffLine[] =>
  lines.map((text) => ({ kind, text }));

/** The longest common subsequence, by the table of its lengths. */
function changedLines(left: readonly string[], right: readonly string[]): readonly DiffLine[] {
  const width = right.length + 1;
  if (left.length * right.length > pairLimit) {
    return [...marked('removed', left), ...marked('added', right)];
  }
  const lengths = new Uint32Array((left.length + 1) * width);
  const at = (row: number, column: number): number => lengths[row * width + column] ?? 0;
  for (let row = left.length - 1; row >= 0; row -= 1) {
    for (let column = right.length - 1; column >= 0; column -= 1) {
      lengths[row * width + column] =
        left[row] === right[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const lines: DiffLine[] = [];
  let row = 0;
  let column = 0;
  while (row < left.length && column < right.length) {
    const text = left[row] ?? '';
    if (text === right[column]) {
      lines.push({ kind: 'kept', text });
      row += 1;
      column += 1;
    } else if (at(row + 1, column) >= at(row, column + 1)) {
      lines.push({ kind: 'removed', text });
      row += 1;
    } else {
      lines.push({ kind: 'added', text: right[column] ?? '' });
      column += 1;
    }
  }
  return [...lines, ...marked('removed', left.slice(row)), ...marked('added', right.slice(column))];
}
