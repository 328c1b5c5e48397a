import type {
  AnswerCounts,
  ForkedSession,
  ForkReport,
  Outcome,
  OutcomeDifference,
} from '#scenarios';
import type { Paint } from './paint.ts';
import { printable } from './printable.ts';
import { formatDifference, leafLines, marked } from './story/difference-report.ts';
import { counted } from './story/show-step.ts';
import { indented, inlineValue } from './story/show-value.ts';

/** A fork and what it was forked from, side by side, and then step by step. */
export function tellFork(report: ForkReport, paint: Paint): string {
  const { recording, forkedFrom, answers, before, after, difference, file, session } = report;
  const lines = [
    `${recording}, forked at ${forkedFrom.at}: ${tellAnswers(answers)}`,
    '',
    ...columns(before, after),
    '',
    ...outcomeLines(difference, paint),
    '',
    'step by step:',
    ...indented(formatDifference(difference.story, paint).split('\n')),
    ...(file === undefined ? [] : ['', file]),
    ...(session === undefined ? [] : ['', ...sessionLines(session)]),
  ];
  return printable(lines.join('\n'));
}

function sessionLines({ id, scenario, runs, resumedBehind }: ForkedSession): readonly string[] {
  const resumed =
    resumedBehind === null ? '' : `, gone on with behind ${resumedBehind} saved steps`;
  return [
    `session ${id}${resumed}: ${counted(runs.length, 'workflow')} (${runs.join(', ')})`,
    `a recording of it, with the same database: npx groundhog capture ${id} --scenario ${scenario}`,
    `to go on in it, its agents told their own prompts: npx groundhog serve, then chat --session ${id}`,
  ];
}

/** Who answered how often. */
export function tellAnswers({ model, tools }: AnswerCounts): string {
  return (
    `${counted(model.reused, 'model call')} reused, ${model.anew} made anew; ` +
    `${counted(tools.reused, 'tool call')} as recorded, ${tools.anew} made anew`
  );
}

function columns(before: Outcome, after: Outcome): readonly string[] {
  const rows: readonly (readonly [name: string, of: (outcome: Outcome) => string | number])[] = [
    ['', (outcome) => (outcome === before ? 'recorded' : 'forked')],
    ['made', ({ made }) => made],
    ['model turns', ({ tally }) => tally.modelTurns],
    ['tool calls', ({ tally }) => tally.toolCalls],
    ['decisions', ({ tally }) => tally.decisions],
    ['input tokens', ({ tally }) => tally.inputTokens],
    ['output tokens', ({ tally }) => tally.outputTokens],
  ];
  const cells = rows.map(([name, of]) => [name, String(of(before)), String(of(after))] as const);
  const width = Math.max(...cells.map(([, left]) => left.length));
  return cells.map(([name, left, right]) => `${name.padEnd(15)}${left.padEnd(width + 3)}${right}`);
}

function outcomeLines(
  { answers, calls, state }: OutcomeDifference,
  paint: Paint,
): readonly string[] {
  return [
    ...(answers.length === 0 ? ['answers: the same'] : []),
    ...answers.flatMap(({ run, before, after }) => [
      `answer to message ${run}:`,
      ...indented([
        ...(before === undefined ? [] : marked('-', before.split('\n'), paint)),
        ...(after === undefined ? [] : marked('+', after.split('\n'), paint)),
      ]),
    ]),
    ...(calls.gone.length + calls.come.length === 0 ? ['tool calls: the same'] : ['tool calls:']),
    ...indented([
      ...marked('-', calls.gone.map(callLine), paint),
      ...marked('+', calls.come.map(callLine), paint),
    ]),
    ...stateLines(state, paint),
  ];
}

function callLine({ place, tool, input, outcome }: Outcome['calls'][number]): string {
  const ending = outcome === 'completed' ? '' : `, ${outcome}`;
  return `${place} ${tool} ${inlineValue(input)}${ending}`;
}

function stateLines(state: OutcomeDifference['state'], paint: Paint): readonly string[] {
  if (state === null)
    return [
      'world: not known: tools did not run or answer otherwise now, or the session has gone on',
    ];
  if (state.length === 0) return ['world: the same'];
  return ['world:', ...indented(state.flatMap((leaf) => leafLines(leaf, paint)))];
}
