/** Ends of lines within quotes, and what is escaped there. */
const doubleSigns = /\\\n *|\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[^])| *\n[ \n]*/g;
const singleSigns = /''| *\n[ \n]*/g;

const escapes: ReadonlyMap<string, string> = new Map([
  ['0', '\0'],
  ['a', '\u0007'],
  ['b', '\b'],
  ['t', '\t'],
  ['n', '\n'],
  ['v', '\v'],
  ['f', '\f'],
  ['r', '\r'],
  ['e', '\u001b'],
  ['N', '\u0085'],
  ['_', '\u00a0'],
  ['L', '\u2028'],
  ['P', '\u2029'],
  [' ', ' '],
  ['"', '"'],
  ['/', '/'],
  ['\\', '\\'],
]);

/** What stands between quotes of YAML, its lines folded; undefined for an escape that is none. */
export function foldQuoted(inner: string, quote: '"' | "'"): string | undefined {
  if (quote === "'") {
    return inner.replaceAll(singleSigns, (sign) => (sign === "''" ? "'" : folded(sign)));
  }
  let isWhole = true;
  const text = inner.replaceAll(doubleSigns, (sign) => {
    if (!sign.startsWith('\\')) return folded(sign);
    if (sign[1] === '\n') return '';
    if (sign.length > 2) return character(sign) ?? '';
    const meant = escapes.get(sign[1] ?? '');
    if (meant === undefined) isWhole = false;
    return meant ?? '';
  });
  return isWhole ? text : undefined;
}

/** One end of a line is a space, and more are as many as there are but one. */
function folded(sign: string): string {
  const ends = sign.split('\n').length - 1;
  return ends === 1 ? ' ' : '\n'.repeat(ends - 1);
}

function character(sign: string): string | undefined {
  const code = Number.parseInt(sign.slice(2), 16);
  return code > 0x10ffff ? undefined : String.fromCodePoint(code);
}
