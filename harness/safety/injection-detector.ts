import type { Json } from '../session/event.ts';

export type InjectionKind =
  | 'role-marker'
  | 'override'
  | 'forged-tag'
  | 'authority'
  | 'exfiltration'
  | 'hidden-text';

/** A place in a text that reads like an instruction to the model. */
export interface InjectionFlag {
  readonly kind: InjectionKind;
  /** JSON pointer to the text; '' for a bare text. */
  readonly path: string;
  /** In the text as given; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
}

const order = '(?:instructions?|prompts?|rules?|guidelines?|messages?|directives?|policy|policies)';
const earlier =
  '(?:all|any|the|your|these|those|previous|prior|above|earlier|preceding|system|of|safety)';

const patterns: readonly { readonly kind: InjectionKind; readonly pattern: RegExp }[] = [
  {
    kind: 'role-marker',
    pattern: /(?<=^|[\n"“'>])[ \t]*(?:SYSTEM|ASSISTANT|DEVELOPER)\b[^\n:]{0,20}:/g,
  },
  { kind: 'role-marker', pattern: /^[ \t#*]*(?:system|assistant|developer)[ \t*]*:[ \t*]*$/gim },
  {
    kind: 'role-marker',
    pattern:
      /<\|(?:im_start|im_end|system|user|assistant|endoftext)[^|]{0,20}\|>|\[\/?INST\]|<<\/?SYS>>/gi,
  },
  {
    kind: 'override',
    pattern: new RegExp(
      `\\b(?:ignore|disregard|forget|override|bypass|overrule)\\s+(?:${earlier}\\s+){1,5}${order}\\b`,
      'gi',
    ),
  },
  {
    kind: 'override',
    pattern:
      /\b(?:ignore|disregard|forget)\s+(?:everything|all)\s+(?:above|before|you|that came)/gi,
  },
  {
    kind: 'override',
    pattern: /\b(?:new|updated|real|actual)\s+(?:system\s+)?(?:instructions?|prompt)\s*:/gi,
  },
  {
    kind: 'forged-tag',
    pattern:
      /<\s*\/?\s*(?:[a-z]+:)?(?:tool_?(?:result|response|call|use|output)s?|function_?(?:result|call|response)s?|system|assistant|developer|instructions?|approval)\b[^>\n]{0,80}>/gi,
  },
  { kind: 'authority', pattern: /\byou are now (?:a|an|the|in|dan|free|no longer)\b/gi },
  { kind: 'authority', pattern: /\b(?:developer|admin|debug|god|jailbreak)[ -]mode\b/gi },
  {
    kind: 'authority',
    pattern:
      /\b(?:skip|bypass|without|no need for|do not (?:ask|wait) for|don't (?:ask|wait) for)\s+(?:any\s+|the\s+|an\s+)?(?:approval|confirmation|authori[sz]ation|permission)\b/gi,
  },
  {
    kind: 'authority',
    pattern:
      /\b(?:do not|don't|never) (?:tell|inform|mention (?:this|it) to|ask) (?:the )?(?:user|customer|human|anyone)\b/gi,
  },
  {
    kind: 'exfiltration',
    pattern:
      /\b(?:repeat|reveal|print|show|output|display|reproduce|tell me|give me|dump)\b[^.\n]{0,30}\b(?:(?:system|initial|hidden|original|your)\s+(?:prompt|instructions?|message)|(?:everything|all|text|words?)\s+above)\b/gi,
  },
];

/** Characters that a person does not see, between letters that they do; a run of tag characters spells text of its own. */
const hidden =
  /(?<=[A-Za-z0-9])[\u00ad\u200b-\u200f\u2060\ufeff]+(?=[A-Za-z0-9])|[\u202a-\u202e\u2066-\u2069]+|(?<!\u{1f3f4}[\u{e0020}-\u{e007f}]{0,7})[\u{e0020}-\u{e007f}]{2,}/gu;
const unseen = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/u;

/**
 * Flags what looks like an instruction in text that should be data: messages, tool results, notes. A flag is a hint for
 * people and logs, never a permission or a refusal: whoever paraphrases is not seen here.
 */
export function detectInjections(value: Json): readonly InjectionFlag[] {
  return textsOf(value, '').flatMap(({ text, path }) =>
    flagsIn(text).map((flag) => ({ ...flag, path })),
  );
}

function flagsIn(text: string): readonly Omit<InjectionFlag, 'path'>[] {
  const { plain, places } = asSeen(text);
  const place = (index: number): number => places[index] ?? text.length;
  return [
    ...[...text.matchAll(hidden)].map((match) => ({
      kind: 'hidden-text' as const,
      start: match.index,
      end: match.index + match[0].length,
    })),
    ...patterns.flatMap(({ kind, pattern }) =>
      [...plain.matchAll(pattern)].map((match) => ({
        kind,
        start: place(match.index),
        end: place(match.index + match[0].length - 1) + 1,
      })),
    ),
  ].toSorted((left, right) => left.start - right.start);
}

/** As a model may read it: nothing invisible, full-width letters plain, tag characters spelt out; `places` leads back. */
function asSeen(text: string): { readonly plain: string; readonly places: readonly number[] } {
  let plain = '';
  const places: number[] = [];
  let at = 0;
  let wasTag = false;
  for (const character of text) {
    const tag = tagLetter(character);
    const isTag = tag !== '';
    const visible = unseen.test(character) ? '' : character.normalize('NFKC');
    const seen = (isTag === wasTag ? '' : ' ') + tag + visible;
    wasTag = isTag;
    plain += seen;
    for (let index = 0; index < seen.length; index += 1) places.push(at);
    at += character.length;
  }
  return { plain, places };
}

/** Tag characters are invisible copies of ASCII: a model reads them. */
function tagLetter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code >= 0xe0020 && code <= 0xe007e ? String.fromCodePoint(code - 0xe0000) : '';
}

function textsOf(
  value: Json,
  path: string,
): readonly { readonly text: string; readonly path: string }[] {
  if (typeof value === 'string') return [{ text: value, path }];
  if (Array.isArray(value))
    return value.flatMap((each, index) => textsOf(each, `${path}/${index}`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => {
    const inside = `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    return [{ text: name, path: inside }, ...textsOf(each, inside)];
  });
}
