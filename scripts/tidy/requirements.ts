import { exists, type Nameable, namedThings } from './named-things.ts';

/** How many requirements each chapter has. */
const chapters = { A: 15, B: 14, C: 12, D: 18, E: 65, F: 31, G: 18, H: 10 } as const;

/** Every number, A1 to H10. */
export const requirementNumbers: readonly string[] = Object.entries(chapters).flatMap(
  ([chapter, length]) => Array.from({ length }, (_, index) => `${chapter}${index + 1}`),
);

/** What is wrong with the page, one sentence each; nothing when every number stands once and names what exists. */
export function findMisstatements(
  page: string,
  documentPath: string,
  nameable: Nameable,
): readonly string[] {
  const [shownPart = '', notYetPart = ''] = page.split(/^## Not yet$/m);
  const shown = rowsOf(shownPart);
  const notYet = rowsOf(notYetPart);
  const all = [...shown, ...notYet];
  const known = new Set(requirementNumbers);
  return [
    ...requirementNumbers.flatMap((number) => {
      const times = all.filter((row) => row.number === number).length;
      return times === 1 ? [] : [`${number} stands ${times} times on the page.`];
    }),
    ...all.flatMap(({ number }) => (known.has(number) ? [] : [`${number} is no requirement.`])),
    ...all.flatMap(({ number, kind }) =>
      /^(CORE|SUP|EX)$/.test(kind) ? [] : [`${number} has the unknown class "${kind}".`],
    ),
    ...shown.flatMap(({ number, shownBy }) => {
      const things = namedThings(shownBy);
      if (things.length === 0) return [`${number} names nothing that shows it.`];
      return things
        .filter((thing) => !exists(thing, documentPath, nameable))
        .map((thing) => `${number} names ${thing}, which does not exist.`);
    }),
  ];
}

interface Row {
  readonly number: string;
  readonly kind: string;
  readonly shownBy: string;
}

function rowsOf(part: string): Row[] {
  return part
    .split('\n')
    .filter((line) => /^\| *[A-Z]\d+ *\|/.test(line))
    .map((line) => {
      const [, number = '', kind = '', , shownBy = ''] = line.split('|').map((cell) => cell.trim());
      return { number, kind, shownBy };
    });
}
