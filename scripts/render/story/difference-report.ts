import type { Json } from '#harness';
import type {
  DefinitionChange,
  LaneDifference,
  Leaf,
  StepDifference,
  StoryDifference,
  TextChange,
} from '#recordings';
import { placeName } from '#recordings/story';
import type { Paint } from '../paint.ts';
import { printable } from '../printable.ts';
import { counted } from './show-step.ts';
import { indented, inlineValue, showValue } from './show-value.ts';

/** How one recording became another, for people: what is told to models first, then each lane from where it parts. */
export function formatDifference(difference: StoryDifference, paint: Paint): string {
  const { equal, origin, definitions, lanes, tally } = difference;
  if (equal) return 'no difference';
  const lines = [
    ...origin.flatMap((leaf) => leafLines(leaf, paint)),
    ...definitions.flatMap((change) => definitionLines(change, paint)),
    ...lanes.flatMap((lane) => laneLines(lane, paint)),
    ...tally.map(({ metric, before, after }) => `${titleOf(metric)}: ${before} -> ${after}`),
  ];
  return printable(lines.join('\n'));
}

/** A definition that is not what it was, in lines. */
export function definitionLines(change: DefinitionChange, paint: Paint): readonly string[] {
  switch (change.kind) {
    case 'tool-renamed':
      return [`tool ${change.from} renamed to ${change.to}`];
    case 'tool-changed':
      return [
        `tool ${change.tool} changed`,
        ...indented(change.leaves.flatMap((leaf) => leafLines(leaf, paint))),
      ];
    case 'tool-added':
      return [paint('green', `tool ${change.tool} is new`)];
    case 'tool-removed':
      return [paint('red', `tool ${change.tool} is gone`)];
    case 'prompt-changed':
      return [
        `prompt ${change.prompt} changed${change.sentences.length === 0 ? ', in its line breaks only' : ''}`,
        ...indented(change.sentences.flatMap((sentence) => sentenceLines(sentence, paint))),
      ];
    case 'prompt-added':
      return [paint('green', `prompt ${change.prompt} is new`)];
    case 'prompt-removed':
      return [paint('red', `prompt ${change.prompt} is gone`)];
  }
}

function laneLines({ lane, steps, repeated }: LaneDifference, paint: Paint): readonly string[] {
  const [first, ...others] = steps;
  if (first === undefined) return [];
  return [
    `lane ${lane} parts at ${titleOfStep(first)}`,
    ...indented(bodyOf(first, paint)),
    ...others.flatMap((step) => [
      `  then ${titleOfStep(step)}`,
      ...indented(bodyOf(step, paint), 2),
    ]),
    ...(repeated === 0
      ? []
      : [`  what was read later repeats it in ${counted(repeated, 'place')}`]),
  ];
}

function titleOfStep({ kind, step, before, after }: StepDifference): string {
  const place = after ?? before;
  const where = place === undefined ? '' : ` at ${placeName(place)}`;
  if (kind === 'added') return `${step}${where}, which is new`;
  if (kind === 'removed') return `${step}${where}, which is gone`;
  const moved =
    before !== undefined && after !== undefined && before.ordinal !== after.ordinal
      ? ` (was ${placeName(before)})`
      : '';
  return `${step}${where}${moved}`;
}

function bodyOf({ leaves }: StepDifference, paint: Paint): readonly string[] {
  return leaves.flatMap((leaf) => leafLines(leaf, paint));
}

/** A value that is not what it was, in lines. */
export function leafLines(
  { pointer, before, after, sentences = [] }: Leaf,
  paint: Paint,
): readonly string[] {
  const name = pointer.slice(1);
  if (sentences.length > 0) {
    return [`${name}:`, ...indented(sentences.flatMap((each) => sentenceLines(each, paint)))];
  }
  if (isShort(before) && isShort(after)) return [`${name}: ${short(before)} -> ${short(after)}`];
  return [
    `${name}:`,
    ...indented([
      ...(before === undefined ? [] : marked('-', showValue(before), paint)),
      ...(after === undefined ? [] : marked('+', showValue(after), paint)),
    ]),
  ];
}

function sentenceLines({ before, after }: TextChange, paint: Paint): readonly string[] {
  return [
    ...(before === undefined ? [] : marked('-', [before], paint)),
    ...(after === undefined ? [] : marked('+', [after], paint)),
  ];
}

/** Each line behind its mark. */
export function marked(mark: '-' | '+', lines: readonly string[], paint: Paint): readonly string[] {
  return lines.map((line) => paint(mark === '-' ? 'red' : 'green', `${mark} ${line}`));
}

const shortCharacters = 60;

function isShort(value: Json | undefined): boolean {
  return short(value).length <= shortCharacters;
}

function short(value: Json | undefined): string {
  return value === undefined ? '(nothing)' : inlineValue(value);
}

/** `inputTokens` as `input tokens`. */
function titleOf(metric: string): string {
  return metric.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
