import type { Json } from '#harness';
import {
  type Alternatives,
  at,
  firstUse,
  invalid,
  type Lines,
  logged,
  modelsBehind,
  placeOf,
  readerOf,
  runOf,
  tagOf,
  text,
  told,
  turnOf,
  unrepeated,
} from './expected.ts';
import { expectedOfAnswer } from './expected-of-answer.ts';
import { hasLike, unanswered } from './expected-of-line.ts';
import { type Mutation, valueAt } from './mutation.ts';

/** Properties that may be missing, and those that hold any JSON: what is removed there is no fault of form. */
const optional = new Set(['effect', 'mode', 'force', 'decidedBy', 'reason', 'providerMetadata']);
const anyJson = new Set([
  'definition',
  'settings',
  'messages',
  'input',
  'output',
  'providerMetadata',
]);

/** What is expected where a value in a line is another, or gone. */
export function expectedOfValue(lines: Lines, mutation: Mutation): Alternatives {
  const { kind, line, path } = mutation;
  const value = lines[line];
  const [part = ''] = path;
  if (part === 'answer') return expectedOfAnswer(lines, mutation);
  if (kind === 'removed' && isNeeded(value, path)) return invalid(line);
  switch (tagOf(value)) {
    case 'recording':
      return ofHeader(lines, mutation);
    case 'prompt':
    case 'tool-definition':
      return ofDefinition(lines, mutation);
    case 'events': {
      const isTorn = part === 't' || (kind === 'removed' && path.length !== 2);
      return isTorn ? invalid(line) : [{ class: 'EVENTS' }];
    }
    default:
  }
  if (part === 't') return invalid(line);
  if (part === 'lane' || part === 'n') return ofPlace(lines, mutation);
  switch (tagOf(value)) {
    case 'message':
      return ofMessage(lines, mutation);
    case 'steering':
      return ofSteering(lines, mutation);
    case 'clear':
      return path[1] === 'id' ? logged(lines, line) : unrepeated;
    case 'dice':
      // A run that was only said to another has no use for it.
      return readerOf(lines, value) !== undefined ? unrepeated : logged(lines, line);
    case 'model':
      return ofRequest(lines, mutation);
    case 'tool':
      return ofTool(lines, mutation);
    case 'decision':
      return ofDecision(lines, mutation);
    default:
      return logged(lines, line);
  }
}

function isNeeded(line: Json | undefined, path: readonly string[]): boolean {
  const holder = valueAt(line, path.slice(0, -1));
  if (path.slice(0, -1).some((each) => anyJson.has(each))) return false;
  if (Array.isArray(holder)) return false;
  return !optional.has(path.at(-1) ?? '');
}

function ofHeader(lines: Lines, { line, path: [part = ''] }: Mutation): Alternatives {
  switch (part) {
    case 'v':
      return [{ refused: 'RECORDING_VERSION_UNKNOWN' }];
    case 'model':
      return at(
        'MODEL',
        lines.find((each) => tagOf(each) === 'model'),
      );
    case 'name':
    case 'toolchain':
      return unrepeated;
    default:
      return invalid(line);
  }
}

function ofDefinition(lines: Lines, { line, path: [part = ''] }: Mutation): Alternatives {
  const user = firstUse(lines, lines[line]);
  switch (part) {
    case 't':
      return invalid(line);
    case 'id':
      return invalid(user);
    case 'text':
      return at('SYSTEM', lines[user]);
    case 'definition':
      return at('TOOLS', lines[user]);
    default:
      return [{ class: 'EDITED' }];
  }
}

function ofMessage(lines: Lines, { kind, line, path: [part = ''] }: Mutation): Alternatives {
  const value = lines[line];
  const reader = readerOf(lines, value);
  if (part === 'mode') {
    if (kind === 'changed') return invalid(line);
    return reader === undefined ? unrepeated : at('MESSAGE', reader);
  }
  if (part === 'principal') {
    // A session is its first speaker's, and nobody else is heard in it.
    const messages = lines.filter((each) => tagOf(each) === 'message');
    const refused = value === messages[0] ? messages[1] : value;
    return refused === undefined ? logged(lines, line) : at('MISSING_CALL', refused);
  }
  if (reader !== undefined) return at('MESSAGE', value);
  return at(
    'MESSAGE',
    lines.find((each) => tagOf(each) === 'model' && runOf(each) === runOf(value)),
  );
}

function ofSteering(lines: Lines, { kind, line, path }: Mutation): Alternatives {
  const value = lines[line];
  if (kind === 'removed') {
    const messages = valueAt(value, ['messages']);
    const isLast = Array.isArray(messages) && messages.length === 1;
    return path.length > 2 || isLast ? invalid(line) : at('MESSAGE', turnOf(lines, value));
  }
  if (path[2] === 'run') {
    const run = String(Number(valueAt(value, path)) + 1);
    const other = lines.find((each) => tagOf(each) === 'message' && runOf(each) === run);
    return text(other, 'mode') === 'steer' ? logged(lines, line) : at('MESSAGE', value);
  }
  return path[2] === 'text' ? at('MESSAGE', turnOf(lines, value)) : logged(lines, line);
}

/** The exchange stands somewhere else, perhaps where another does. */
function ofPlace(lines: Lines, { line, path: [part = ''] }: Mutation): Alternatives {
  const value = lines[line];
  const moved = {
    ...Object(value),
    [part ?? '']: part === 'n' ? Number(valueAt(value, ['n'])) + 1 : `${text(value, 'lane')}x`,
  };
  const taken = lines.findIndex((each) => placeOf(each) === placeOf(moved));
  if (taken !== -1) return invalid(Math.max(taken, line));
  if (tagOf(value) === 'message') {
    const reader = readerOf(lines, value);
    return reader === undefined ? at('EXTRA_CALL', value) : at('MESSAGE', reader);
  }
  if (part === 'lane') return unanswered(lines, line, [line, ...modelsBehind(lines, line)]);
  const isHost = /^(clock|dice|steering)$/.test(tagOf(value));
  return isHost ? unanswered(lines, line, []) : at('ORDER', value);
}

function ofRequest(lines: Lines, { kind, line, path }: Mutation): Alternatives {
  const value = lines[line];
  const [, part = '', index] = path;
  switch (part) {
    case 'system':
    case 'tools':
      return kind === 'changed' ? invalid(line) : at(part === 'tools' ? 'TOOLS' : 'SYSTEM', value);
    case 'settings':
      return at(index === 'responseFormat' ? 'SCHEMA' : 'PARAMS', value);
    case 'keep':
      return [...invalid(line, ...modelsBehind(lines, line)), ...at('MESSAGE', value)];
    default: {
      const shifted = kind === 'removed' && path.length === 3 ? modelsBehind(lines, line) : [];
      const isResult = path[5] === 'output' && path[6] !== 'type' && hasAnswered(lines, line, path);
      return [...invalid(...shifted), ...at(isResult ? 'TOOL_RESULT' : 'MESSAGE', value)];
    }
  }
}

/** Whether it is the result of a call that a tool of the session has answered. */
function hasAnswered(lines: Lines, line: number, path: readonly string[]): boolean {
  const call = text(lines[line], ...path.slice(0, 5), 'toolCallId');
  const answers = lines.filter((each) => tagOf(each) === 'tool' && text(each, 'call') === call);
  return /^(completed|failed)$/.test(text(answers.at(-1), 'outcome', 'kind'));
}

function ofTool(lines: Lines, { kind, line, path }: Mutation): Alternatives {
  const value = lines[line];
  switch (path[0] ?? '') {
    case 'call':
      return at('ORDER', value);
    case 'tool':
      return at(hasLike(lines, line) ? 'ORDER' : 'EXTRA_CALL', value);
    case 'effect':
      return kind === 'changed' ? invalid(line) : at('TOOLS', value);
    case 'input':
      return at('TOOL_INPUT', value);
    default:
  }
  if (path[1] === 'kind') return invalid(line);
  return path[1] === 'need' ? logged(lines, line) : told(lines, line, 'TOOL_RESULT');
}

function ofDecision(lines: Lines, { line, path }: Mutation): Alternatives {
  const value = lines[line];
  switch (path[0] ?? '') {
    case 'call':
      return at('ORDER', value);
    case 'tool':
      return at(hasLike(lines, line) ? 'ORDER' : 'EXTRA_CALL', value);
    case 'input':
      return at('TOOL_INPUT', value);
    default:
  }
  const isApproved = text(value, 'decision', 'verdict') === 'approved';
  if (path[1] === 'verdict') return invalid(line);
  if (path[1] === 'input' && isApproved) return at('TOOL_INPUT', lines[line + 1]);
  if (path[1] === 'reason' && !isApproved) return told(lines, line);
  return logged(lines, line);
}
