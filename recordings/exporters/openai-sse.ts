import type { Json } from '#harness';
import { sayAsResponse } from '../importers/devtools/say-as-response.ts';
import { contextOf } from '../story/context-of.ts';
import type { ModelStep, Story } from '../story/story.ts';
import { counted, type Exported } from './exported.ts';
import { fieldsOf } from './otel-messages.ts';

// The answers of a recording as OpenAI's Responses API would have streamed them: one event a line, as an event stream has
// it, one answer behind the other. What was asked is not there.

type Event = { readonly type: string } & Readonly<Record<string, Json>>;

export function exportOpenAiSse(story: Story): Exported {
  const turns = story.steps.filter((step) => step.kind === 'model');
  const answers = turns.filter(({ answer }) => isSayable(answer));
  const asked = turns.filter((turn) => contextOf(story, turn) !== undefined);
  const lines = answers.flatMap((turn, index) =>
    eventsOf(responseOf(turn, story, index)).map((event) => `data: ${JSON.stringify(event)}\n\n`),
  );
  const others = story.steps.filter(({ kind }) => kind !== 'model');
  return {
    text: lines.join(''),
    losses: [
      ...counted(asked.length, 'what models were asked'),
      ...counted(others.length, 'all that was not a call of a model'),
      ...counted(
        turns.length - answers.length,
        'calls that failed, or finished for a reason that OpenAI has no word for',
      ),
      'sources, files and what a provider did by itself',
      'how long anything took, and the pieces in which it came',
    ],
  };
}

/** Reasons for which the Responses API says that an answer is at its end. */
const sayable: ReadonlySet<string> = new Set(['stop', 'length', 'content-filter', 'tool-calls']);

function isSayable({ finish, error }: ModelStep['answer']): boolean {
  return error === undefined && finish !== undefined && sayable.has(finish);
}

function responseOf({ answer, model }: ModelStep, story: Story, index: number): Response {
  const { text, reasoning, calls, tokens, finish = '' } = answer;
  const content = {
    text,
    toolCalls: calls.map(({ call, tool, input }) => ({
      id: call,
      name: tool,
      input: typeof input === 'string' ? input : JSON.stringify(input),
    })),
    usage: tokens,
    finishReason: finish,
  };
  const said = sayAsResponse(
    { content, reasoning, others: 0 },
    model ?? story.model?.modelId ?? 'unknown',
  );
  const { output, ...response } = fieldsOf(said);
  return { ...response, id: `resp_${index}`, output: Array.isArray(output) ? output : [] };
}

type Response = Readonly<Record<string, Json>> & { readonly output: readonly Json[] };

/** The events by which a response comes, and its end in full. */
function eventsOf(response: Response): readonly Event[] {
  const opened = { ...response, status: 'in_progress', output: [], usage: null };
  const whole = { ...response, output: [...response.output] };
  return [
    { type: 'response.created', response: opened },
    ...response.output.flatMap((item, index) => itemEvents(item, index)),
    {
      type: response['status'] === 'incomplete' ? 'response.incomplete' : 'response.completed',
      response: whole,
    },
  ];
}

function itemEvents(item: Json, index: number): readonly Event[] {
  const { id = '' } = fieldsOf(item);
  const done: Event = { type: 'response.output_item.done', output_index: index, item };
  return [...comingEvents(fieldsOf(item), { item_id: id, output_index: index }), done];
}

/** An item as it comes about: that it is there, and what it says. */
function comingEvents(
  item: Readonly<Record<string, Json>>,
  at: { readonly item_id: Json; readonly output_index: number },
): readonly Event[] {
  const added = (opened: Readonly<Record<string, Json>>): Event => ({
    type: 'response.output_item.added',
    output_index: at.output_index,
    item: { ...item, ...opened },
  });
  const { type, content = [], summary = [], arguments: input = '' } = item;
  if (type === 'message') {
    const delta = textIn(content);
    return [
      added({ status: 'in_progress', content: [] }),
      { type: 'response.output_text.delta', ...at, content_index: 0, delta },
    ];
  }
  if (type === 'reasoning') {
    const part = { ...at, summary_index: 0 };
    return [
      added({ summary: [] }),
      { type: 'response.reasoning_summary_part.added', ...part },
      { type: 'response.reasoning_summary_text.delta', ...part, delta: textIn(summary) },
      { type: 'response.reasoning_summary_part.done', ...part },
    ];
  }
  return [
    added({ status: 'in_progress', arguments: '' }),
    { type: 'response.function_call_arguments.delta', ...at, delta: input },
  ];
}

function textIn(parts: Json): string {
  const [part] = Array.isArray(parts) ? parts : [];
  const { text } = fieldsOf(part);
  return typeof text === 'string' ? text : '';
}
