/** What a plain value of YAML is, by its looks. */
export interface PlainTag {
  readonly name: string;
  readonly test: RegExp;
  readonly resolve: (text: string) => unknown;
}

/**
 * Plain values as PyYAML and Psych read what they write. Neither YAML 1.1 nor 1.2 does: one takes `y` for true, the other
 * `1e5` and `089` for numbers, and both are written plain when they are texts.
 */
export const plainTags: readonly PlainTag[] = [
  { name: 'null', test: /^(?:~|null|Null|NULL|)$/, resolve: () => null },
  { name: 'bool', test: /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/, resolve: () => true },
  { name: 'bool', test: /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/, resolve: () => false },
  { name: 'int', test: /^[-+]?(?:0|[1-9][0-9]*)$/, resolve: wholeNumber },
  {
    name: 'float',
    test: /^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+][0-9]+)?$/,
    resolve: Number,
  },
  {
    name: 'float',
    test: /^[-+]?\.(?:inf|Inf|INF)$|^\.(?:nan|NaN|NAN)$/,
    resolve: () => Number.NaN,
  },
];

export function resolvePlain(text: string): unknown {
  // Words are most of what there is.
  if (/^[A-Za-z/].{5}/.test(text)) return text;
  const tag = plainTags.find(({ test }) => test.test(text));
  return tag === undefined ? text : tag.resolve(text);
}

/** What a number cannot hold to its last digit is no number, and no JSON. */
function wholeNumber(text: string): number | bigint {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text.replace(/^\+/, ''));
}
