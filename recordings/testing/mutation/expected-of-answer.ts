import {
  type Alternatives,
  at,
  invalid,
  type Lines,
  logged,
  tagOf,
  text,
  told,
  unrepeated,
} from './expected.ts';
import { type Mutation, valueAt } from './mutation.ts';

/**
 * What is expected of a change in what a model said: its words, its calls, and what they cost. How a provider frames them (ids
 * and pieces, token details, warnings) is said once.
 */
export function expectedOfAnswer(lines: Lines, mutation: Mutation): Alternatives {
  const { kind, line, path } = mutation;
  const [, , index, property, ...rest] = path;
  if (index === undefined) return invalid(line);
  const part = valueAt(lines[line], path.slice(0, 3));
  if (property === 'type') return invalid(line);
  switch (text(part, 'type')) {
    case 'text-delta': {
      if (property === undefined) return told(lines, line);
      if (property !== 'deltas') return kind === 'removed' ? invalid(line) : unrepeated;
      const deltas = valueAt(part, ['deltas']);
      const isOnly = rest.length === 0 || (Array.isArray(deltas) && deltas.length === 1);
      return kind === 'removed' && isOnly ? invalid(line) : told(lines, line);
    }
    case 'tool-call':
      return ofCall(lines, mutation);
    case 'finish':
      if (property === 'usage') return ofUsage(lines, mutation);
      if (property === undefined) return logged(lines, line);
      return property === 'finishReason' && rest[0] !== 'raw' ? invalid(line) : unrepeated;
    default:
      return unrepeated;
  }
}

function ofUsage(lines: Lines, { kind, line, path }: Mutation): Alternatives {
  if (kind === 'removed' && path.length < 6) return invalid(line);
  return path[5] === 'total' ? logged(lines, line) : unrepeated;
}

function ofCall(lines: Lines, { kind, line, path }: Mutation): Alternatives {
  const [, , , property = ''] = path;
  if (kind === 'removed' && path.length === 4 && property !== 'providerMetadata')
    return invalid(line);
  const call = text(lines[line], ...path.slice(0, 3), 'toolCallId');
  const asked = lines.find(
    (each, index) => index > line && tagOf(each) === 'tool' && text(each, 'call') === call,
  );
  if (asked === undefined || property === 'providerMetadata') return told(lines, line);
  switch (property) {
    case 'input':
      return at('TOOL_INPUT', asked);
    case 'toolCallId':
      return at('ORDER', asked);
    default:
      // It is not called, and what follows in its lane is asked for at its place, unless nothing does.
      return ['ORDER', 'EXTRA_CALL', 'MISSING_CALL'].flatMap((each) => at(each, asked));
  }
}
