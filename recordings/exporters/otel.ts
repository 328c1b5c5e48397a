import { fingerprint, type Json } from '#harness';
import manifest from '../../package.json' with { type: 'json' };
import { placeName } from '../format/recording.ts';
import { contextOf } from '../story/context-of.ts';
import type { ModelStep, Story, StoryLane, StoryStep, ToolStep } from '../story/story.ts';
import { counted, type Exported } from './exported.ts';
import { type Attributes, type KeyValue, keyValues } from './otel-attributes.ts';
import { fieldsOf, inputMessage, outputMessage, toolDefinition } from './otel-messages.ts';

// A recording as spans of OpenTelemetry, by the conventions for generative AI (OTLP/JSON). Whatever reads traces reads it.
//
//   X1. A recording is one trace. Each lane in which anything is called is a span `invoke_agent`, below that of the turn
//       which sent it out; each model call is a span `chat`, each call of a tool a span `execute_tool`, below its lane's.
//   X2. The same recording gives the same bytes: ids are fingerprints of places, and times are counted, not measured.

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: 1 | 3;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly KeyValue[];
  readonly status: { readonly code?: 2; readonly message?: string };
}

/** In `kind` and `status.code`: OTLP has numbers for these. */
const internalKind = 1;
const clientKind = 3;
const errorCode = 2;

export function exportOtel(story: Story): Exported {
  const times = timesOf(story);
  const lanes = story.lanes.filter(({ steps }) =>
    steps.some((index) => isCall(story.steps[index])),
  );
  const spans = lanes.flatMap((lane) => laneSpans(lane, story, times));
  const scope = { name: 'groundhog', version: manifest.version };
  const trace = {
    resourceSpans: [
      {
        resource: { attributes: keyValues({ 'service.name': story.name }) },
        scopeSpans: [{ scope, spans }],
      },
    ],
  };
  return { text: JSON.stringify(trace), losses: lossesOf(story) };
}

function isCall(step: StoryStep | undefined): step is ModelStep | ToolStep {
  return step?.kind === 'model' || step?.kind === 'tool';
}

/** When each step is said to begin, in milliseconds: one after another, from what the session's clock said last. */
function timesOf({ steps }: Story): readonly number[] {
  let now = 0;
  return steps.map((step) => {
    now = Math.max(now + 1, step.kind === 'clock' ? step.value : 0);
    return now;
  });
}

function laneSpans(lane: StoryLane, story: Story, times: readonly number[]): readonly Span[] {
  const steps = lane.steps.flatMap((index) => story.steps[index] ?? []);
  const calls = steps.filter(isCall);
  const [first, last] = [calls[0]?.index ?? 0, calls.at(-1)?.index ?? 0];
  const name = lane.agent ?? lane.lane;
  const own: Span = {
    ...spanAt(story, `lane ${lane.lane}`, [times[first] ?? 0, (times[last] ?? 0) + 1]),
    ...parentOf(lane, story),
    name: `invoke_agent ${name}`,
    kind: internalKind,
    attributes: keyValues({
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': name,
      'gen_ai.conversation.id': story.name,
    }),
    status: {},
  };
  return [
    own,
    ...calls.map((step): Span => {
      const start = times[step.index] ?? 0;
      return {
        ...spanAt(story, placeName(step.place), [start, start + 1]),
        parentSpanId: own.spanId,
        ...(step.kind === 'model' ? modelSpan(step, story) : toolSpan(step)),
      };
    }),
  ];
}

function spanAt(
  story: Story,
  place: string,
  [start, end]: readonly [start: number, end: number],
): Pick<Span, 'traceId' | 'spanId' | 'startTimeUnixNano' | 'endTimeUnixNano'> {
  return {
    traceId: fingerprint([story.name, 'trace']).slice(0, 32),
    spanId: spanId(story, place),
    startTimeUnixNano: nanoseconds(start),
    endTimeUnixNano: nanoseconds(end),
  };
}

const spanId = ({ name }: Story, place: string): string => fingerprint([name, place]).slice(0, 16);
const nanoseconds = (ms: number): string => String(BigInt(Math.trunc(ms)) * 1_000_000n);

function parentOf({ parent }: StoryLane, story: Story): Pick<Span, 'parentSpanId'> {
  const turn = parent === undefined ? undefined : story.steps[parent];
  return turn === undefined ? {} : { parentSpanId: spanId(story, placeName(turn.place)) };
}

type Said = Pick<Span, 'name' | 'kind' | 'attributes' | 'status'>;

function modelSpan(step: ModelStep, story: Story): Said {
  const { answer } = step;
  const model = step.model ?? story.model?.modelId;
  const { input, output, cached, reasoning } = answer.tokens;
  const attributes: Attributes = {
    'gen_ai.operation.name': 'chat',
    // The part before the dot is the provider, the rest is which of its interfaces.
    'gen_ai.provider.name': story.model?.provider.split('.')[0],
    'gen_ai.conversation.id': story.name,
    'gen_ai.request.model': model ?? 'unknown',
    ...requestAttributes(step, story),
    'gen_ai.response.finish_reasons': answer.finish === undefined ? undefined : [answer.finish],
    'gen_ai.usage.input_tokens': input,
    'gen_ai.usage.output_tokens': output,
    'gen_ai.usage.cache_read.input_tokens': cached,
    'gen_ai.usage.reasoning.output_tokens': reasoning,
    'gen_ai.output.messages': [outputMessage(answer)],
    'error.type': answer.error?.code,
  };
  return {
    name: `chat ${model ?? 'unknown'}`,
    kind: clientKind,
    attributes: keyValues(attributes),
    status: answer.error === undefined ? {} : { code: errorCode, message: answer.error.message },
  };
}

/** By the name that the AI SDK gives a setting, that of the conventions. */
const settingNames = {
  temperature: 'gen_ai.request.temperature',
  topP: 'gen_ai.request.top_p',
  topK: 'gen_ai.request.top_k',
  maxOutputTokens: 'gen_ai.request.max_tokens',
  frequencyPenalty: 'gen_ai.request.frequency_penalty',
  presencePenalty: 'gen_ai.request.presence_penalty',
  stopSequences: 'gen_ai.request.stop_sequences',
  seed: 'gen_ai.request.seed',
} as const;

function requestAttributes(step: ModelStep, story: Story): Attributes {
  const context = contextOf(story, step);
  if (context === undefined) return {};
  const { system, tools, settings, messages } = context;
  const { type } = fieldsOf(settings['responseFormat']);
  return {
    ...Object.fromEntries(
      Object.entries(settingNames).map(([setting, name]) => [name, settings[setting]]),
    ),
    'gen_ai.output.type': type === 'json' ? type : undefined,
    'gen_ai.system_instructions':
      system.length === 0 ? undefined : system.map(({ text }) => ({ type: 'text', content: text })),
    'gen_ai.tool.definitions':
      tools.length === 0 ? undefined : tools.map(({ definition }) => toolDefinition(definition)),
    'gen_ai.input.messages': messages.map(inputMessage),
  };
}

function toolSpan({ tool, call, input, outcome }: ToolStep): Said {
  const failed = outcome.kind === 'failed' ? outcome.error : undefined;
  return {
    name: `execute_tool ${tool}`,
    kind: internalKind,
    attributes: keyValues({
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': tool,
      'gen_ai.tool.type': 'function',
      'gen_ai.tool.call.id': call,
      'gen_ai.tool.call.arguments': asText(input),
      'gen_ai.tool.call.result': outcome.kind === 'completed' ? asText(outcome.output) : undefined,
      'error.type': failed?.code,
    }),
    status: failed === undefined ? {} : { code: errorCode, message: failed.message },
  };
}

const asText = (value: Json): string => JSON.stringify(value);

function lossesOf(story: Story): readonly string[] {
  const kinds = Map.groupBy(story.steps, ({ kind }) => kind);
  const count = (kind: StoryStep['kind']): number => kinds.get(kind)?.length ?? 0;
  const waiting = story.steps.filter(
    (step) => step.kind === 'tool' && !['completed', 'failed'].includes(step.outcome.kind),
  );
  const named = new Set<string>([...Object.keys(settingNames), 'responseFormat']);
  const settings = new Set(
    story.steps.flatMap((step) =>
      step.kind === 'model' ? Object.keys(step.context?.settings ?? {}) : [],
    ),
  );
  const unnamed = [...settings].filter((setting) => !named.has(setting));
  return [
    'how long anything took: spans are a millisecond each',
    'pieces in which answers came, and what a provider says beside them',
    ...(unnamed.length === 0 ? [] : [`settings: ${unnamed.toSorted().join(', ')}`]),
    ...counted(
      waiting.length,
      'what calls came to that wait for a person or whose effect is unknown',
    ),
    ...counted(
      count('message') + count('steering'),
      'who said what to whom, but for what models read of it',
    ),
    ...counted(count('decision'), 'decisions of people'),
    ...counted(count('clear'), 'that the session was cleared'),
    ...counted(count('clock') + count('dice'), 'what the clock and the dice said'),
    ...counted(story.events.length, "events of the session's log"),
  ];
}
