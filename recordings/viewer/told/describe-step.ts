import type { Principal } from '#harness';
import type {
  Answer,
  DecisionStep,
  ModelStep,
  Story,
  StoryStep,
  ToolStep,
} from '../../story/story.ts';
import { inline, oneLine } from '../one-line.ts';
import type { Block, Json, Link, Panel, Step } from '../view.ts';
import { textBlock, textLine } from './read-message.ts';

/** What a step says for itself; where it stands is told elsewhere. */
export type StepWords = Pick<Step, 'kind' | 'title' | 'summary' | 'panels' | 'links' | 'isFailure'>;

export function describeStep(
  step: StoryStep,
  story: Story,
  effectOf: (tool: string) => string | undefined,
): StepWords {
  switch (step.kind) {
    case 'model':
      return modelWords(step, story);
    case 'tool':
      return toolWords(step, story, effectOf(step.tool));
    case 'decision':
      return decisionWords(step, story);
    case 'message': {
      const { text, principal, steers } = step;
      return {
        kind: 'person',
        title: steers ? `${principal.id} says meanwhile` : `${principal.id} writes`,
        ...said(text, principalFacts(principal)),
      };
    }
    case 'steering': {
      const texts = step.messages.map(({ text, principal }) => `${principal.id}: ${text}`);
      return {
        kind: 'person',
        title: 'is told meanwhile',
        ...said(texts.join('\n\n'), []),
      };
    }
    case 'clear':
      return {
        kind: 'person',
        title: `${step.by.id} clears the conversation`,
        ...said(
          step.force ? 'What was in progress was ended for it.' : 'Nothing was in progress.',
          principalFacts(step.by),
        ),
      };
    case 'clock':
      return hostWords('clock', timeOf(step.value), step.value);
    case 'dice':
      return hostWords('dice', step.value, step.value);
  }
}

function principalFacts({ id, role, tenant }: Principal): Panel['facts'] {
  return [
    ['who', id],
    ['role', role],
    ['tenant', tenant],
  ];
}

/** A time as people write it; a number that is none stays one. */
function timeOf(value: number): string {
  const date = new Date(value);
  return Number.isNaN(date.valueOf()) ? String(value) : date.toISOString();
}

function said(
  text: string,
  facts: Panel['facts'],
): Pick<StepWords, 'summary' | 'panels' | 'links'> {
  return {
    summary: oneLine(text),
    panels: [{ name: 'message', title: 'Message', facts, blocks: [{ kind: 'text', text }] }],
    links: [],
  };
}

function hostWords(title: string, summary: string, value: Json): StepWords {
  return {
    kind: 'host',
    title,
    summary,
    panels: [
      {
        name: 'message',
        title: 'Value',
        facts: [],
        blocks: [{ kind: 'data', label: summary, value }],
      },
    ],
    links: [],
  };
}

function modelWords({ answer, model }: ModelStep, story: Story): StepWords {
  const { text, reasoning, calls, others = [], error } = answer;
  const blocks: Block[] = [
    ...(reasoning === '' ? [] : [{ kind: 'reasoning' as const, text: reasoning }]),
    ...(text === '' ? [] : [textBlock(text)]),
    ...calls.map(
      ({ tool, input }): Block => ({ kind: 'data', label: `calls ${tool}`, value: input }),
    ),
    ...others.map((value): Block => ({ kind: 'data', label: 'gives', value })),
    ...(error === undefined
      ? []
      : [{ kind: 'failure' as const, text: `${error.code}: ${error.message}` }]),
  ];
  const isEmpty = blocks.length === 0;
  return {
    kind: 'model',
    title: modelTitle(answer),
    summary: oneLine(error?.message ?? answerSummary(answer)),
    ...(error === undefined ? {} : { isFailure: true }),
    panels: [
      {
        name: 'answer',
        title: 'Answer',
        facts: answerFacts(answer, model ?? story.model?.modelId),
        counts: tokenCounts(answer.tokens),
        blocks: isEmpty ? [{ kind: 'note', text: 'It said nothing.' }] : blocks,
      },
    ],
    links: calls.flatMap(({ steps }) => steps.map((at) => linkTo(story, at, '→'))),
  };
}

function answerSummary({ text, calls }: Answer): string {
  return text === '' ? calls.map(({ input }) => inline(input)).join(' ') : textLine(text);
}

function modelTitle({ calls, error }: Answer): string {
  if (error !== undefined) return 'model fails';
  const names = [...new Set(calls.map(({ tool }) => tool))];
  return names.length === 0 ? 'model answers' : `model calls ${names.join(', ')}`;
}

function answerFacts({ finish }: Answer, model: string | undefined): Panel['facts'] {
  return [
    ...(model === undefined ? [] : [['model', model] as const]),
    ['finish', finish ?? 'broke off'],
  ];
}

function tokenCounts({ input, output, cached, reasoning }: Answer['tokens']): Panel['facts'] {
  const counts = {
    'tokens in': input,
    'of them cached': cached,
    'tokens out': output,
    'of them reasoning': reasoning,
  };
  return Object.entries(counts).flatMap(([label, value]) =>
    value === undefined ? [] : [[label, value.toLocaleString('en')] as const],
  );
}

function toolWords(
  { tool, input, outcome, askedBy, effect }: ToolStep,
  story: Story,
  effectToday: string | undefined,
): StepWords {
  const outcomes = outcomeBlock(outcome);
  const isFailure = outcome.kind === 'failed';
  return {
    kind: 'tool',
    title: tool,
    summary: oneLine(outcomes.kind === 'data' ? inline(outcomes.value) : outcomes.text),
    ...(isFailure ? { isFailure } : {}),
    panels: [
      {
        name: 'tool',
        title: 'Tool',
        facts: [
          ['tool', tool],
          ['outcome', outcome.kind],
        ],
        counts: effectFacts(effect, effectToday),
        blocks: [{ kind: 'data', label: 'input', value: input }, outcomes],
      },
    ],
    links: askedBy === undefined ? [] : [linkTo(story, askedBy, '← asked for by')],
  };
}

/** As it was recorded; where it was not, as the tool is declared today. */
function effectFacts(effect: string | undefined, today: string | undefined): Panel['facts'] {
  if (effect !== undefined) return [['effect class', effect]];
  return today === undefined ? [] : [['effect class today', today]];
}

function outcomeBlock(outcome: ToolStep['outcome']): Exclude<Block, { kind: 'change' }> {
  switch (outcome.kind) {
    case 'completed':
      return { kind: 'data', label: 'output', value: outcome.output };
    case 'failed':
      return { kind: 'failure', text: `${outcome.error.code}: ${outcome.error.message}` };
    case 'approval-required':
      return { kind: 'data', label: 'a person must approve it', value: outcome.need };
    case 'effect-unknown':
      return { kind: 'data', label: 'whether it happened is not known', value: outcome.need };
  }
}

function decisionWords(
  { tool, input, decision, askedBy, about }: DecisionStep,
  story: Story,
): StepWords {
  const { verdict, decidedBy, reason } = decision;
  return {
    kind: 'person',
    title: `${tool} ${verdict}`,
    summary: oneLine([decidedBy, reason].filter((each) => each !== undefined).join(': ')),
    panels: [
      {
        name: 'tool',
        title: 'Decision',
        facts: [
          ['about', tool],
          ['verdict', verdict],
          ...(decidedBy === undefined ? [] : [['by', decidedBy] as const]),
          ...(reason === undefined ? [] : [['reason', reason] as const]),
        ],
        blocks: [
          { kind: 'data', label: 'asked', value: input },
          { kind: 'data', label: 'decided', value: decision.input },
        ],
      },
    ],
    links: [
      ...(about === undefined ? [] : [linkTo(story, about, '← about')]),
      ...(askedBy === undefined ? [] : [linkTo(story, askedBy, '← asked for by')]),
    ],
  };
}

function linkTo(story: Story, at: number, label: string): Link {
  const step = story.steps[at];
  const name =
    step?.kind === 'tool' || step?.kind === 'decision'
      ? `${step.tool}${step.kind === 'decision' ? ` ${step.decision.verdict}` : ''}`
      : (step?.kind ?? '');
  return { label: `${label} ${name}`, step: at };
}
