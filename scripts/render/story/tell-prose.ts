import type { Definition, Story, StoryStep } from '#recordings';
import { tallyStory } from '#recordings/story';
import type { Paint } from '../paint.ts';
import { printable } from '../printable.ts';
import { contextLines } from './context-lines.ts';
import { flawsOf } from './flaws-of.ts';
import { counted, showStep, timeOf } from './show-step.ts';
import { indented, showValue } from './show-value.ts';

export interface ProseOptions {
  /** Whether to say of every model turn what it read. */
  readonly contexts: boolean;
  /** Whether to say prompts and tools in full, and not only which they are. */
  readonly definitions: boolean;
  readonly paint: Paint;
}

/**
 * A session as prose: what people said, what models said and asked for, what came of it, who decided. What a model is told
 * stands behind it. The same recording gives the same text.
 */
export function tellProse(story: Story, options: ProseOptions): string {
  const told = [
    ...headOf(story, options.paint),
    ...sessionOf(story, options),
    ...definitionsOf(story, options),
  ];
  return printable(told.join('\n'));
}

function headOf(story: Story, paint: Paint): readonly string[] {
  const { name, made, model, losses = [], imported, forkedFrom } = story;
  const tally = tallyStory(story);
  const by = model === undefined ? '' : ` by ${model.provider} ${model.modelId}`;
  const counts = [
    counted(tally.modelTurns, 'model turn'),
    counted(tally.toolCalls, 'tool call'),
    ...(tally.decisions === 0 ? [] : [counted(tally.decisions, 'decision')]),
    `${tally.inputTokens}${tally.cachedTokens > 0 ? ` (${tally.cachedTokens} cached)` : ''} + ${tally.outputTokens} tokens`,
  ];
  return [
    paint('bold', name),
    `${made}${by}: ${counts.join(', ')}`,
    ...indented(losses.map((loss) => `- ${loss}`)),
    ...(forkedFrom === undefined
      ? []
      : [`forked from ${forkedFrom.name} (${forkedFrom.made}) at ${forkedFrom.at}`]),
    ...(imported === undefined
      ? []
      : [
          `${imported.source === '' ? 'recorded' : `imported from ${imported.source}`} at fidelity ${imported.fidelity}`,
          ...indented(imported.losses.map((loss) => `- ${loss}`)),
        ]),
    ...flawsOf(story).map((flaw) => paint('red', flaw)),
  ];
}

function sessionOf(story: Story, options: ProseOptions): readonly string[] {
  const lines: string[] = [];
  const sentOut = findSentOut(story);
  let run: number | undefined;
  for (const step of inReadingOrder(story)) {
    if (step.run !== run || step.kind === 'message')
      lines.push('', ...headingOf(step, story, options.paint));
    run = step.run;
    if (step.kind === 'clock' || step.kind === 'dice') continue;
    const [first = '', ...rest] = showStep(step, options.paint);
    const isTurn = step.kind === 'model';
    const told = [
      ...(isTurn ? ['', ...(sentOut.get(step.index) ?? [])] : []),
      first,
      ...(isTurn && options.contexts ? indented(contextLines(step, story)) : []),
      ...rest,
    ];
    lines.push(...indented(told, step.subAgent > 0 ? 1 : 0));
  }
  return lines;
}

/** The order of the recording, but for sub-agents, who are told one after the other. */
function inReadingOrder({ steps, lanes }: Story): readonly StoryStep[] {
  const laneStarts = new Map(
    lanes.filter(({ subAgent }) => subAgent > 0).map((lane) => [lane.steps[0], lane.steps]),
  );
  return steps.flatMap((step) => {
    if (step.subAgent === 0) return [step];
    return (laneStarts.get(step.index) ?? []).flatMap((index) => steps[index] ?? []);
  });
}

function headingOf(step: StoryStep, { steps }: Story, paint: Paint): readonly string[] {
  const { run } = step;
  if (run === undefined) return [];
  if (step.kind !== 'message') return [paint('dim', `Run ${run} goes on.`)];
  const begun = findFrom(steps, step, (each) => each.kind === 'clock' && each.run === run);
  const dice = findFrom(steps, step, (each) => each.kind === 'dice' && each.run === run);
  const when = begun?.kind === 'clock' ? `, at ${timeOf(begun.value)}` : '';
  const chance = dice?.kind === 'dice' ? ` (dice ${dice.value})` : '';
  return [paint('bold', `Run ${run}`) + paint('dim', `${when}${chance}`)];
}

/** It is close behind, in a session of whatever length. */
function findFrom(
  steps: readonly StoryStep[],
  { index: start }: StoryStep,
  isIt: (step: StoryStep) => boolean,
): StoryStep | undefined {
  for (let index = start; index < steps.length; index += 1) {
    const step = steps[index];
    if (step !== undefined && isIt(step)) return step;
  }
  return undefined;
}

/** How the first turns of sub-agents begin, by their steps. */
function findSentOut({ lanes, steps }: Story): ReadonlyMap<number, readonly string[]> {
  const sentOut = new Map<number, readonly string[]>();
  for (const {
    subAgent,
    run,
    agent,
    parent,
    steps: [first],
  } of lanes) {
    if (subAgent === 0 || parent === undefined || first === undefined) continue;
    const by = steps[parent]?.agent ?? `run ${run}`;
    sentOut.set(first, [`${by} sends out ${agent ?? 'a sub-agent'} (${run}.${subAgent})`]);
  }
  return sentOut;
}

function definitionsOf(
  { definitions }: Story,
  { definitions: isFull, paint }: ProseOptions,
): readonly string[] {
  const titled = (title: string, t: Definition['t']): readonly string[] => {
    const those = definitions.filter((each) => each.t === t);
    const lines = those.flatMap((each) => [
      `${each.id.replace(/^(?:prompt|tool):/, '')} ${paint('dim', each.fingerprint.slice(0, 8))}`,
      ...(isFull ? indented(each.t === 'prompt' ? each.text.split('\n') : showTool(each)) : []),
    ]);
    return those.length === 0 ? [] : ['', paint('bold', title), ...indented(lines)];
  };
  return [...titled('Prompts', 'prompt'), ...titled('Tools', 'tool-definition')];
}

function showTool({
  definition,
}: Extract<Definition, { t: 'tool-definition' }>): readonly string[] {
  if (typeof definition !== 'object' || definition === null || Array.isArray(definition)) {
    return showValue(definition);
  }
  const { name: _, type: __, description, ...rest } = definition;
  return [
    ...(typeof description === 'string' ? description.split('\n') : []),
    ...(Object.keys(rest).length === 0 ? [] : showValue(rest)),
  ];
}
