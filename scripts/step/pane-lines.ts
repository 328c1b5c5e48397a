import {
  durationText,
  leavesBetween,
  type ModelStep,
  type RowChange,
  type Story,
  type StoryStep,
  type ViewedStory,
} from '#recordings';
import { contextChangeOf, placeName } from '#recordings/story';
import { plain } from '../render/paint.ts';
import { contextLines } from '../render/story/context-lines.ts';
import { showMessage } from '../render/story/show-message.ts';
import { counted, showStep } from '../render/story/show-step.ts';
import { inlineValue, showValue } from '../render/story/show-value.ts';
import type { Pane } from './stepper-state.ts';

/** What a pane shows of a step, in lines of any length. */
export function paneLines(viewed: ViewedStory, step: StoryStep, pane: Pane): readonly string[] {
  const { story } = viewed;
  const turn = turnOf(story, step);
  switch (pane) {
    case 'answer':
      return [...showStep(step, plain), ...askedLines(step)];
    case 'context':
      return turn === undefined ? noTurn : [...titleOf(turn, step), ...contextLines(turn, story)];
    case 'change':
      return turn === undefined ? noTurn : [...titleOf(turn, step), ...changeLines(turn, story)];
    case 'tool':
      return toolLines(story, step, turn);
    case 'world':
      return worldLines(viewed, step);
    case 'timing':
      return timingLines(viewed, step);
  }
}

/** What a turn asks for, whose results are steps of their own. */
function askedLines(step: StoryStep): readonly string[] {
  const calls = step.kind === 'model' ? step.answer.calls : [];
  const made = calls.filter(({ steps }) => steps.length > 0);
  return made.map(({ tool, input }) => `  asks for ${tool} ${inlineValue(input)}`);
}

const noTurn = ['no model turn belongs to this step'];

/** The step itself, or the turn that asked for it. */
function turnOf({ steps }: Story, step: StoryStep): ModelStep | undefined {
  if (step.kind === 'model') return step;
  const asking = 'askedBy' in step && step.askedBy !== undefined ? steps[step.askedBy] : undefined;
  return asking?.kind === 'model' ? asking : undefined;
}

function titleOf(turn: ModelStep, step: StoryStep): readonly string[] {
  return turn === step ? [] : [`of the turn that asked, ${placeName(turn.place)}:`];
}

function changeLines(turn: ModelStep, story: Story): readonly string[] {
  const { context } = turn;
  if (context === undefined) return ['what it read was not kept'];
  const change = contextChangeOf(story, turn);
  const before = context.since === undefined ? undefined : story.steps[context.since];
  return [
    before === undefined
      ? 'the first turn: all it read is new'
      : `since ${placeName(before.place)}: ${counted(context.kept, 'message')} kept, ${context.dropped} gone, ${context.added.length} new`,
    ...(change?.system.removed ?? []).map((id) => `- ${id}`),
    ...(change?.system.added ?? []).map((id) => `+ ${id}`),
    ...(change?.tools.removed ?? []).map((id) => `- ${id}`),
    ...(change?.tools.added ?? []).map((id) => `+ ${id}`),
    ...(change?.settings ?? []).map(
      ({ name, before: from = null, after: to = null }) =>
        `${name}: ${inlineValue(from)} -> ${inlineValue(to)}`,
    ),
    ...context.added.flatMap((message) => {
      const [first = '', ...rest] = showMessage(message);
      return [`+ ${first}`, ...rest];
    }),
  ];
}

/** A tool's own attempt, or all that came of what a turn asked for. */
function toolLines(
  { steps }: Story,
  step: StoryStep,
  turn: ModelStep | undefined,
): readonly string[] {
  if (step.kind === 'tool' || step.kind === 'decision') return showStep(step, plain);
  const indexes = turn?.answer.calls.flatMap((call) => call.steps) ?? [];
  const lines = indexes.flatMap((index) => {
    const each = steps[index];
    return each === undefined ? [] : showStep(each, plain);
  });
  return lines.length === 0 ? ['no tool was called in this step'] : lines;
}

/** What the step changed in the database, and what steps before it did; where nobody can say it, what tools say. */
function worldLines({ story, database }: ViewedStory, step: StoryStep): readonly string[] {
  if (database?.kind !== 'known') {
    return [...(database === undefined ? [] : [database.reason, '']), ...saidLines(story, step)];
  }
  const own = database.steps.get(placeName(step.place))?.rows ?? [];
  const earlier = story.steps.slice(0, step.index).flatMap(({ place }) => {
    const rows = database.steps.get(placeName(place))?.rows ?? [];
    return rows.map((row) => `  ${placeName(place)}  ${signOf(row)} ${row.table} ${row.key}`);
  });
  return [
    ...(own.length === 0 ? ['this step changed nothing in the database'] : own.flatMap(rowLines)),
    ...(earlier.length === 0 ? [] : ['', 'before it:', ...earlier]),
  ];
}

function rowLines(row: RowChange): readonly string[] {
  const { table, key, before, after } = row;
  const isChanged = before !== undefined && after !== undefined;
  const values = isChanged
    ? leavesBetween(before, after).map(
        (leaf) =>
          `${leaf.pointer}: ${inlineValue(leaf.before ?? null)} -> ${inlineValue(leaf.after ?? null)}`,
      )
    : showValue(after ?? before ?? null);
  return [`${signOf(row)} ${table} ${key}`, ...values.map((line) => `    ${line}`)];
}

function signOf({ before, after }: RowChange): string {
  if (before === undefined) return '+';
  return after === undefined ? '-' : '~';
}

/** What tools say they changed, up to this step. */
function saidLines({ steps }: Story, step: StoryStep): readonly string[] {
  const done = steps.slice(0, step.index + 1).flatMap((each) => {
    if (each.kind !== 'tool' || each.effect === undefined || each.outcome.kind !== 'completed')
      return [];
    if (each.effect === 'read' || each.effect === 'compute') return [];
    return [`${each === step ? '>' : ' '} ${placeName(each.place)}`, ...showStep(each, plain)];
  });
  return done.length === 0 ? ['no tool has changed anything yet'] : done;
}

function timingLines({ timing }: ViewedStory, { place }: StoryStep): readonly string[] {
  if (timing?.kind === 'stale') return ['what was measured is of another recording than this one'];
  if (timing?.kind !== 'measured') return ['nothing was measured when it was recorded'];
  const timed = timing.places.get(placeName(place));
  if (timed === undefined) return ['this step was not measured'];
  const { start, took, first, pieces } = timed;
  return [
    `began        +${durationText(start)}`,
    `took         ${durationText(took)}`,
    ...(first === undefined ? [] : [`first piece  after ${durationText(first)}`]),
    ...(pieces === undefined ? [] : [`pieces       ${pieces.length}`]),
  ];
}
