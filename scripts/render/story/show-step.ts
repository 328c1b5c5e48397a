import type { Json } from '#harness';
import { handoffToolName } from '#harness/values';
import type { AskedCall, DecisionStep, ModelStep, StoryStep, Tokens, ToolStep } from '#recordings';
import { placeName } from '#recordings/story';
import type { Paint } from '../paint.ts';
import { pointed } from './show-message.ts';
import { indented, inlineValue, showValue } from './show-value.ts';

/** One step of a session in words, in lines; a clock and dice are told with the run they belong to. */
export function showStep(step: StoryStep, paint: Paint): readonly string[] {
  switch (step.kind) {
    case 'message': {
      const { text, principal, steers } = step;
      const who = `${principal.id} (${principal.role})${steers ? ', to the run in progress' : ''}:`;
      return spoken(paint('bold', who), text);
    }
    case 'clear':
      return [
        paint(
          'bold',
          `${step.by.id} (${step.by.role}) clears the conversation${step.force ? ', and ends what is in progress' : ''}.`,
        ),
      ];
    case 'steering':
      return step.messages.flatMap(({ text, principal }) =>
        spoken(`${step.agent ?? 'the agent'} reads what ${principal.id} said meanwhile:`, text),
      );
    case 'model':
      return showTurn(step, paint);
    case 'tool':
      return showTool(step, paint);
    case 'decision':
      return showDecision(step, paint);
    case 'clock':
      return [paint('dim', `the clock says ${timeOf(step.value)}`)];
    case 'dice':
      return [paint('dim', `the dice say ${step.value}`)];
  }
}

/** Milliseconds since the epoch as people write them. */
export function timeOf(value: number): string {
  const date = new Date(value);
  return Number.isNaN(date.valueOf()) ? String(value) : date.toISOString();
}

function showTurn(step: ModelStep, paint: Paint): readonly string[] {
  const { answer, context, place, model, agent = 'model' } = step;
  const { text, reasoning, calls, others = [], finish, error } = answer;
  const read = context === undefined ? undefined : context.kept + context.added.length;
  const facts = [
    placeName(place),
    ...(model === undefined ? [] : [model]),
    ...(read === undefined ? [] : [counted(read, 'message')]),
    ...tokensOf(answer.tokens),
  ];
  const isUsual = finish === 'stop' || finish === 'tool-calls';
  return [
    `${paint('bold', agent)} ${paint('dim', `[${facts.join(', ')}]`)}`,
    ...indented([
      ...(reasoning === '' ? [] : spoken('thinks:', reasoning)),
      ...(text === '' ? [] : showAnswer(text)),
      ...others.flatMap((other) => pointed('gives', other)),
      ...calls.filter(({ steps }) => steps.length === 0).flatMap(showUnmadeCall),
      ...(finish === undefined || isUsual ? [] : [paint('yellow', `(it ended with ${finish})`)]),
      ...(error === undefined ? [] : [paint('red', `failed, ${error.code}: ${error.message}`)]),
    ]),
  ];
}

/** Plans and reports are JSON. */
function showAnswer(text: string): readonly string[] {
  if (!/^\s*\{/.test(text)) return text.split('\n');
  try {
    const value: Json = JSON.parse(text);
    return showValue(value);
  } catch {
    return text.split('\n');
  }
}

function showUnmadeCall({ tool, input }: AskedCall): readonly string[] {
  return pointed(`asks for ${tool}`, input);
}

function showTool(
  { tool, input, outcome, agent, effect }: ToolStep,
  paint: Paint,
): readonly string[] {
  const arrow = paint('dim', '->');
  const changing = effect !== undefined && !['read', 'compute'].includes(effect);
  const called = pointed(changing ? `${tool} ${paint('dim', `(${effect})`)}` : tool, input);
  switch (outcome.kind) {
    case 'completed': {
      const to = handedTo(tool, outcome.output);
      const handed = to === undefined ? [] : [`${agent ?? 'the agent'} hands over to ${to}`];
      return indented([...called, ...indented([...pointed(arrow, outcome.output), ...handed])]);
    }
    case 'failed': {
      const { code, message } = outcome.error;
      return indented([
        ...called,
        ...indented([`${arrow} ${paint('yellow', `failed, ${code}: ${message}`)}`]),
      ]);
    }
    case 'approval-required': {
      const { roles, reason } = outcome.need;
      const waits = `waits for ${roles.join(' or ')}: ${reason}`;
      return indented([...called, ...indented([`${arrow} ${paint('yellow', waits)}`])]);
    }
    case 'effect-unknown': {
      const { roles, reason } = outcome.need;
      const asks = `nobody knows whether it happened; ${roles.join(' or ')} must say: ${reason}`;
      return indented([...called, ...indented([`${arrow} ${paint('yellow', asks)}`])]);
    }
  }
}

function showDecision({ tool, input, decision }: DecisionStep, paint: Paint): readonly string[] {
  const { verdict, decidedBy, reason } = decision;
  const by = decidedBy === undefined ? '' : ` by ${decidedBy}`;
  const because = reason === undefined ? '' : `: ${reason}`;
  const isChanged = inlineValue(decision.input) !== inlineValue(input);
  return indented([
    paint('yellow', `${tool} is ${verdict}${by}${because}`),
    ...(isChanged ? indented(pointed('with', decision.input)) : []),
  ]);
}

function handedTo(tool: string, output: Json): string | undefined {
  if (tool !== handoffToolName || typeof output !== 'object' || output === null) return undefined;
  const to = Array.isArray(output) ? undefined : output['nowSpeaking'];
  return typeof to === 'string' ? to : undefined;
}

function spoken(who: string, text: string): readonly string[] {
  const [first = '', ...rest] = text.split('\n');
  return rest.length === 0 ? [`${who} ${first}`] : [who, ...indented([first, ...rest])];
}

function tokensOf({ input, output, cached }: Tokens): readonly string[] {
  if (input === undefined && output === undefined) return [];
  const of = cached === undefined ? '' : ` (${cached} cached)`;
  return [`${input ?? '?'}${of} + ${output ?? '?'} tokens`];
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
