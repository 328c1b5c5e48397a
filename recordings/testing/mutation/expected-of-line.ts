import type { Json } from '#harness';
import {
  type Alternatives,
  at,
  firstUse,
  invalid,
  isDefinition,
  isExchange,
  type Lines,
  logged,
  modelsBehind,
  readerOf,
  runOf,
  tagOf,
  text,
  turnOf,
  unrepeated,
} from './expected.ts';
import { type Mutation, valueAt } from './mutation.ts';

/** What is expected where a whole line is gone, stands twice, or has changed places with the next. */
export function expectedOfLine(lines: Lines, { kind, line }: Mutation): Alternatives {
  if (kind === 'line swapped with the next') return ofSwap(lines, line);
  return kind === 'line twice' ? ofCopy(lines, line) : ofGap(lines, line);
}

function ofCopy(lines: Lines, line: number): Alternatives {
  const isLast = tagOf(lines[line]) === 'events' || tagOf(lines[line]) === 'end';
  return invalid(isLast ? line : line + 1);
}

function ofSwap(lines: Lines, line: number): Alternatives {
  const [first, second] = [lines[line], lines[line + 1]];
  if (line === 0) return invalid(0);
  if (isDefinition(first) && isDefinition(second)) return unrepeated;
  if (isDefinition(first) || tagOf(second) === 'events') return invalid(line + 1);
  if (tagOf(first) === 'clear' && tagOf(second) === 'message') return notCleared(lines, line);
  if (tagOf(first) === 'model' && tagOf(second) === 'model') {
    const referring = invalid(line, line + 1, ...modelsBehind(lines, line + 1));
    return [...referring, ...at('MESSAGE', first)];
  }
  // When another run's lines were reached is how fast they came, and nothing that happened.
  return runOf(first) === runOf(second) ? at('ORDER', second) : unrepeated;
}

function ofGap(lines: Lines, line: number): Alternatives {
  const gone = lines[line];
  if (line === 0) return invalid(0);
  if (isDefinition(gone)) return invalid(firstUse(lines, gone) - 1);
  if (tagOf(gone) === 'events') return invalid(line - 1);
  if (tagOf(gone) === 'clear') return notCleared(lines, line);
  if (tagOf(gone) !== 'message')
    return unanswered(
      lines,
      line,
      modelsBehind(lines, line).map((each) => each - 1),
    );
  const reader = readerOf(lines, gone);
  if (reader !== undefined) return at('MESSAGE', reader);
  const isFirst = !lines.slice(0, line).some((each) => tagOf(each) === 'message');
  const said = lines
    .slice(line + 1)
    .map(tagOf)
    .filter((each) => /^(message|clear)$/.test(each));
  // The next message is taken for it, unless there is first a session to be cleared that nobody has begun.
  const isTaken = said.includes('message') && !(isFirst && said[0] === 'clear');
  if (isTaken) return at('EXTRA_CALL', gone);
  const left = lines.filter(
    (each, index) => index !== line && isExchange(each) && runOf(each) === runOf(gone),
  );
  const isHost = left.every((each) => tagOf(each) === 'clock' || tagOf(each) === 'dice');
  return at(isHost ? 'CLOCK' : 'MISSING_CALL', left[0]);
}

const isTurn = (each: Json | undefined): boolean => tagOf(each) === 'model';

/** The next run goes on with what was said, and with the agent who said it. */
function notCleared(lines: Lines, line: number): Alternatives {
  const before = text(lines.slice(0, line).findLast(isTurn), 'lane').split('/')[1];
  const next = lines.slice(line).find(isTurn);
  if (next === undefined) return logged(lines, line);
  const lane = `${runOf(next)}/${before}`;
  return text(next, 'lane') === lane
    ? at('MESSAGE', next)
    : [{ class: 'EXTRA_CALL', place: `${lane}#0` }];
}

/** What is asked for at the place of this line is not there; requests behind it may refer to what it said. */
export function unanswered(lines: Lines, line: number, referring: readonly number[]): Alternatives {
  const gone = lines[line];
  switch (tagOf(gone)) {
    case 'clock':
    case 'dice':
      return at('CLOCK', gone);
    case 'steering':
      return at('MESSAGE', turnOf(lines, gone));
    case 'model':
      return [...invalid(...referring), ...at(hasLike(lines, line) ? 'ORDER' : 'EXTRA_CALL', gone)];
    default:
      return at(hasLike(lines, line) ? 'ORDER' : 'EXTRA_CALL', gone);
  }
}

const nameOf = (each: Json | undefined): string => {
  const input = tagOf(each) === 'tool' ? JSON.stringify(valueAt(each, ['input'])) : '';
  return [tagOf(each), text(each, 'lane'), text(each, 'tool'), input].join();
};

/** Whether the lane asks for the same once more. */
export function hasLike(lines: Lines, line: number): boolean {
  return lines.slice(line + 1).some((each) => nameOf(each) === nameOf(lines[line]));
}
