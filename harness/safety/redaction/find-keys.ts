import type { Span } from './find-card-numbers.ts';

/** Shapes of keys, tokens and passwords. Where a shape has a group, only the group is the secret. */
const shapes: readonly RegExp[] = [
  /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----[\s\S]*?(?:-----END (?:[A-Z]+ )*PRIVATE KEY-----|$)/dg,
  /(?<![A-Za-z0-9])sk-[A-Za-z0-9_-]{16,}/dg,
  /(?<![A-Za-z0-9])(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}/dg,
  /(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])/dg,
  /(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{36,})/dg,
  /(?<![A-Za-z0-9])xox[abprs]-[A-Za-z0-9-]{10,}/dg,
  /(?<![A-Za-z0-9])AIza[\w-]{35}/dg,
  /(?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/dg,
  /\b(?:Bearer|Basic)\s+(?<secret>[A-Za-z0-9._~+/-]{16,}=*)/dgi,
  /\b(?:api[ _-]?key|client[ _-]?secret|access[ _-]?token)\b["']?\s*(?::|=|\bis\b)\s*["']?(?<secret>(?=[^\s"']*\d)[A-Za-z0-9._~+/-]{16,}=*)/dgi,
  /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@]{0,64}:(?<secret>[^\s:/@]{1,128})@/dgi,
];

/** Keys and tokens by their shape, and the `known` ones by their value. */
export function findKeys(text: string, known: readonly string[]): readonly Span[] {
  return [
    ...shapes.flatMap((shape) =>
      [...text.matchAll(shape)].flatMap(({ indices }) => {
        const [start, end] = indices?.groups?.['secret'] ?? indices?.[0] ?? [0, 0];
        return [{ start, end }];
      }),
    ),
    ...known.filter((value) => value !== '').flatMap((value) => occurrences(text, value)),
  ];
}

function occurrences(text: string, value: string): readonly Span[] {
  const found: Span[] = [];
  for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + value.length)) {
    found.push({ start: at, end: at + value.length });
  }
  return found;
}
