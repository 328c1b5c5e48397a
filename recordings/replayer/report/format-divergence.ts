import { placeName } from '../../format/recording.ts';
import type { Divergence, EditedLine, ExchangeReference } from '../divergence.ts';
import type { ChangesSince } from './changes-since.ts';
import { fixesFor, type KnownRecording } from './fixes-for.ts';
import { excerpt, formatDifference } from './format-difference.ts';

const shownFiles = 5;
const printCharacters = 12;

/** The report for people: what came first, where it shows, what changed since it was recorded, and what to do. */
export function formatDivergence(
  divergence: Divergence,
  { changes, known }: { readonly changes?: ChangesSince; readonly known?: KnownRecording } = {},
): string {
  const { recording, at, equal, next, wouldMatch, expired } = divergence;
  const [first = [], ...others] = causesOf(divergence);
  const rows = [
    ...titled('first cause', first),
    ...others.flatMap((lines) => titled('seen in', lines)),
    ...(equal.length === 0 ? [] : titled('equal', [equal.join(', ')])),
    ...(next === undefined ? [] : titled('recorded next', [named(next)])),
    ...(wouldMatch === undefined ? [] : titled('would match', [named(wouldMatch)])),
    ...otherEdits(divergence).flatMap((line) => titled('edited', [formatEdited(line)])),
    ...titled('changed since', changes === undefined ? [] : formatChanges(changes)),
    ...(expired === undefined
      ? []
      : titled('expired', [`accepted until ${expired.until}: ${expired.reason}`])),
    ...titled(
      'fix',
      fixesFor(divergence, known).map(({ when, action }) => `${when}: ${action}`),
    ),
  ];
  const where = at === undefined ? '' : `   ${named(at)}`;
  return [`REPLAY DIVERGED  ${recording}   class ${divergence.class}${where}`, ...rows].join('\n');
}

/** What differs, the earliest first; each in one or two lines. */
function causesOf({ class: kind, cause, difference, note, edited }: Divergence): string[][] {
  const [line] = edited;
  return [
    ...(kind === 'EDITED' && line !== undefined ? [[formatEdited(line)]] : []),
    ...(cause === undefined ? [] : [[named(cause), formatDifference(cause.difference)]]),
    ...(note === undefined ? [] : [[note]]),
    ...(difference === undefined ? [] : [[formatDifference(difference)]]),
  ];
}

/** Edited lines beside the one that is the cause. */
function otherEdits({ class: kind, edited }: Divergence): readonly EditedLine[] {
  return kind === 'EDITED' ? edited.slice(1) : edited;
}

function formatChanges({ toolchain, definitions, files }: ChangesSince): string[] {
  return [
    ...toolchain.map(
      ({ package: name, recorded, now }) => `${name} ${recorded} → ${now ?? '(none)'}`,
    ),
    ...definitions.map(({ id, recorded, now }) => `${id} ${print(recorded)} → ${print(now)}`),
    ...(files === undefined || files.count === 0
      ? []
      : [
          `${files.count} files since ${files.commit} (${files.date}): ` +
            files.files.slice(0, shownFiles).join(', ') +
            (files.count > shownFiles ? ', …' : ''),
        ]),
  ];
}

function print(value: string | undefined): string {
  return value?.slice(0, printCharacters) ?? '(none)';
}

function titled(title: string, lines: readonly string[]): string[] {
  return lines.map((line, index) => ` ${(index === 0 ? title : '').padEnd(14)} ${line}`);
}

function formatEdited({ line, holds }: EditedLine): string {
  return `line ${line}, ${excerpt(holds, 0)}, is not as it was written`;
}

function named({ exchange, place }: ExchangeReference): string {
  return `${excerpt(exchange, 0)} at ${placeName(place)}`;
}
