import {
  type Alternatives,
  at,
  invalid,
  isExchange,
  type Lines,
  placeOf,
  runOf,
  tagOf,
  text,
  told,
  unrepeated,
} from './expected.ts';
import { expectedOfLine } from './expected-of-line.ts';
import { expectedOfValue } from './expected-of-value.ts';
import { isOfLine, type Mutation, mutate } from './mutation.ts';

export interface ExpectedReport {
  /** Any of these is right; none for a mutation that is not counted. */
  readonly alternatives: Alternatives;
  /** The line that a report must name as edited, counted from 1; missing for a file that is signed. */
  readonly edited?: number;
}

/**
 * What must be said of a file with this mutation. Not counted is, of a signed file, what is said once and repeated by nothing
 * in it and in the program: who made it, how a provider frames its answer, the order of definitions, when another run's lines
 * were reached, what only the log of a cleared conversation showed. The end line itself cannot be signed otherwise.
 */
export function expectedReport(
  lines: Lines,
  mutation: Mutation,
  isSigned: boolean,
): ExpectedReport {
  const { line, path } = mutation;
  const isOfEnd =
    line + (mutation.kind === 'line swapped with the next' ? 1 : 0) >= lines.length - 1;
  if (isSigned) return { alternatives: isOfEnd ? unrepeated : ofMutation(lines, mutation) };
  const digest = tagOf(lines[line]) === 'end' && path[0] === 'lines' ? path[1] : undefined;
  const edited = digest === undefined ? line : Number(digest);
  const known = isOfEnd ? ofEnd(lines, mutation) : ofMutation(lines, mutation);
  // Where a signed file would be found out only by its end, or not at all, this one is by its digests.
  const isLate = known.length === 0 || known.some(isSeenAtEnd(mutation));
  const first = mutate(lines, mutation)[edited];
  const place = isExchange(first) ? { place: placeOf(first) } : {};
  if (!isLate) return { alternatives: known, edited: edited + 1 };
  const framing = path[0] === 'answer' ? brokenFraming(lines, line) : [];
  return { alternatives: [{ class: 'EDITED', ...place }, ...framing], edited: edited + 1 };
}

function ofMutation(lines: Lines, mutation: Mutation): Alternatives {
  return isOfLine(mutation) ? expectedOfLine(lines, mutation) : expectedOfValue(lines, mutation);
}

/** An answer that lacks what holds it together: the format refuses it, it says less, or its run ends there. */
function brokenFraming(lines: Lines, line: number): Alternatives {
  const of = lines[line];
  const behind = lines.slice(line + 1);
  const next = behind.find((each) => isExchange(each) && runOf(each) === runOf(of));
  const turn = behind.find((each) => tagOf(each) === 'model');
  const agent = text(of, 'lane').split('/')[1];
  return [
    ...invalid(line),
    ...told(lines, line),
    ...(next === undefined ? [] : at('MISSING_CALL', next)),
    ...(turn === undefined ? [] : [{ class: 'EXTRA_CALL', place: `${runOf(turn)}/${agent}#0` }]),
  ];
}

const isSeenAtEnd =
  ({ kind }: Mutation) =>
  (expected: Alternatives[number]): boolean =>
    'class' in expected &&
    (/^(EVENTS|EDITED)$/.test(expected.class) ||
      (expected.class === 'ORDER' && kind === 'line swapped with the next'));

function ofEnd(lines: Lines, mutation: Mutation): Alternatives {
  const { kind, line, path } = mutation;
  const torn = { refused: 'RECORDING_TORN', line: mutate(lines, mutation).length + 1 };
  if (kind === 'line twice') return invalid(line);
  if (kind.startsWith('line ') || (path[0] === 't' && kind === 'changed')) return [torn];
  if (path[0] === 't') return invalid(line);
  return kind === 'removed' && path.length === 1 ? invalid(line) : unrepeated;
}
