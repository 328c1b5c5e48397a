/** Two places that belong together, or one that the other sequence has nothing for. */
export interface Alignment {
  readonly before?: number;
  readonly after?: number;
}

/** So many comparisons of two elements are worth it: beyond, what is between the equal ends is taken place by place. */
const comparisonLimit = 16_000_000;

/** Lays two sequences side by side so that as many equal elements as possible stand together, in order. */
export function align(before: readonly string[], after: readonly string[]): readonly Alignment[] {
  const start = equalStart(before, after);
  const end = equalEnd(before, after, start);
  const [left, right] = [before.length - end, after.length - end];
  const between =
    (left - start) * (right - start) > comparisonLimit
      ? placeByPlace(start, left, right)
      : longestCommon(before, after, { start, left, right });
  return [
    ...range(start).map((index) => ({ before: index, after: index })),
    ...between,
    ...range(end).map((index) => ({ before: left + index, after: right + index })),
  ];
}

function equalStart(before: readonly string[], after: readonly string[]): number {
  let count = 0;
  while (count < before.length && count < after.length && before[count] === after[count])
    count += 1;
  return count;
}

function equalEnd(before: readonly string[], after: readonly string[], start: number): number {
  const most = Math.min(before.length, after.length) - start;
  let count = 0;
  while (count < most && before.at(-1 - count) === after.at(-1 - count)) count += 1;
  return count;
}

interface Middle {
  readonly start: number;
  readonly left: number;
  readonly right: number;
}

/** The textbook table: how many elements the rests of both sequences have in common. */
function longestCommon(
  before: readonly string[],
  after: readonly string[],
  { start, left, right }: Middle,
): readonly Alignment[] {
  const [height, width] = [left - start, right - start];
  const table = new Uint32Array((height + 1) * (width + 1));
  const at = (row: number, column: number): number => table[row * (width + 1) + column] ?? 0;
  for (let row = height - 1; row >= 0; row -= 1) {
    for (let column = width - 1; column >= 0; column -= 1) {
      table[row * (width + 1) + column] =
        before[start + row] === after[start + column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const found: Alignment[] = [];
  let [row, column] = [0, 0];
  while (row < height || column < width) {
    if (row < height && column < width && before[start + row] === after[start + column]) {
      found.push({ before: start + row, after: start + column });
      [row, column] = [row + 1, column + 1];
    } else if (column >= width || (row < height && at(row + 1, column) >= at(row, column + 1))) {
      found.push({ before: start + row });
      row += 1;
    } else {
      found.push({ after: start + column });
      column += 1;
    }
  }
  return found;
}

function placeByPlace(start: number, left: number, right: number): readonly Alignment[] {
  return range(Math.max(left, right) - start).map((offset) => {
    const index = start + offset;
    return {
      ...(index < left ? { before: index } : {}),
      ...(index < right ? { after: index } : {}),
    };
  });
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}
