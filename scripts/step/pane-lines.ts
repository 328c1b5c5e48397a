import type { ModelStep, Story, StoryStep } from '#recordings';
import { contextChangeOf, placeName } from '#recordings/story';
import { plain } from '../render/paint.ts';
import { contextLines } from '../render/story/context-lines.ts';
import { showMessage } from '../render/story/show-message.ts';
import { counted, showStep } from '../render/story/show-step.ts';
import { inlineValue } from '../render/story/show-value.ts';
import type { Pane } from './stepper-state.ts';

/** What a pane shows of a step, in lines of any length. */
export function paneLines(story: Story, step: StoryStep, pane: Pane): readonly string[] {
  const turn = turnOf(story, step);
  switch (pane) {
    case 'answer':
      return showStep(step, plain);
    case 'context':
      return turn === undefined ? noTurn : [...titleOf(turn, step), ...contextLines(turn, story)];
    case 'change':
      return turn === undefined ? noTurn : [...titleOf(turn, step), ...changeLines(turn, story)];
    case 'tool':
      return toolLines(story, step, turn);
    case 'world':
      return worldLines(story, step);
  }
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

/** What tools say they changed, up to this step: the recording knows of no other change. */
function worldLines({ steps }: Story, step: StoryStep): readonly string[] {
  const done = steps.slice(0, step.index + 1).flatMap((each) => {
    if (each.kind !== 'tool' || each.effect === undefined || each.outcome.kind !== 'completed')
      return [];
    if (each.effect === 'read' || each.effect === 'compute') return [];
    return [`${each === step ? '>' : ' '} ${placeName(each.place)}`, ...showStep(each, plain)];
  });
  return done.length === 0 ? ['no tool has changed anything yet'] : done;
}
