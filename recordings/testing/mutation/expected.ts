import type { Json } from '#harness';
import { type Path, valueAt } from './mutation.ts';

/**
 * What a replay may say of a mutation, derived from the file as it was and from nothing that reads or replays recordings: the
 * line at which the file is refused, or a class, with the place of the exchange that was changed or of the first that depends
 * on it; without one where only the session's end shows it.
 */
export type Expected =
  | { readonly refused: string; readonly line?: number }
  | { readonly class: string; readonly place?: string };

/** None for what is said once, and by nothing else: a signed file may say it otherwise. */
export type Alternatives = readonly Expected[];

export type Lines = readonly Json[];

export const invalid = (...indexes: readonly number[]): Alternatives =>
  indexes.map((index) => ({ refused: 'RECORDING_INVALID', line: index + 1 }));
export const unrepeated: Alternatives = [];
export const at = (kind: string, line: Json | undefined): Alternatives => [
  { class: kind, place: placeOf(line) },
];

export function text(line: Json | undefined, ...path: Path): string {
  const found = valueAt(line, path);
  return typeof found === 'string' ? found : '';
}
export const tagOf = (line: Json | undefined): string => text(line, 't');
export const placeOf = (line: Json | undefined): string =>
  `${text(line, 'lane')}#${Number(valueAt(line, ['n']))}`;
export const runOf = (line: Json | undefined): string => text(line, 'lane').split(/[./]/)[0] ?? '';
export const isDefinition = (line: Json | undefined): boolean => 'fingerprint' in Object(line);
export const isExchange = (line: Json | undefined): boolean => 'lane' in Object(line);

export const turnOf = (lines: Lines, steering: Json | undefined): Json | undefined =>
  lines.find(
    (each) =>
      `${text(each, 'lane')}/steering` === text(steering, 'lane') &&
      valueAt(each, ['n']) === valueAt(steering, ['n']),
  );

export const firstUse = (lines: Lines, definition: Json | undefined): number =>
  lines.findIndex(
    (each) =>
      tagOf(each) === 'model' &&
      ['system', 'tools'].some((part) => {
        const ids = valueAt(each, ['request', part]);
        return Array.isArray(ids) && ids.includes(text(definition, 'id'));
      }),
  );

export const modelsBehind = (lines: Lines, line: number): readonly number[] =>
  lines.flatMap((each, index) => (index > line && tagOf(each) === 'model' ? [index] : []));

/** Where the conversation behind this line is first told to a model, before it is cleared. */
export function told(lines: Lines, line: number, kind = 'MESSAGE'): Alternatives {
  const behind = lines.slice(line + 1);
  const next = behind.find((each) => tagOf(each) === 'model' || tagOf(each) === 'clear');
  return tagOf(next) === 'model' ? at(kind, next) : logged(lines, line);
}

/** What only the log shows. Of what was cleared there is none. */
export function logged(lines: Lines, line: number): Alternatives {
  const isCleared = lines.slice(line + 1).some((each) => tagOf(each) === 'clear');
  return isCleared ? unrepeated : [{ class: 'EVENTS' }];
}

/** The runs whose messages this line says were read. */
function runsReadBy(line: Json | undefined): readonly number[] {
  const messages = tagOf(line) === 'steering' ? valueAt(line, ['messages']) : [];
  return Array.isArray(messages) ? messages.map((each) => Number(valueAt(each, ['run']))) : [];
}

/** The line by which a run says that it read the message of this line's run. */
export const readerOf = (lines: Lines, line: Json | undefined): Json | undefined =>
  lines.find((each) => runsReadBy(each).includes(Number(runOf(line))));
