import type { Json } from '#harness';
import { flatList } from './flat-list.ts';
import type { Attributes, Span, SpanEvent } from './span.ts';

/** What a span tells of the words of its call, as it tells them; what it does not tell is missing. */
export interface Said {
  readonly request: { readonly [property: string]: Json };
  readonly answer: { readonly [property: string]: Json };
  /** How many of its texts are no JSON although they should be: tracers cut what is long. */
  readonly cut: number;
}

const details = 'gen_ai.client.inference.operation.details';

/**
 * Conventions have changed: messages stand in attributes as JSON or in values, in attributes one by one, in events of the span,
 * in records of a log, or in a list of events that is an attribute.
 */
export function saidInSpan(span: Span): Said {
  const events = [...span.events, ...eventsInAttribute(span.attributes['events'])];
  const attributes: Attributes = Object.assign(
    {},
    ...events.filter(({ name }) => name === details).map((event) => event.attributes),
    span.attributes,
  );
  let cut = 0;
  const read = (...names: readonly string[]): Json | undefined => {
    const name = names.find((each) => attributes[each] !== undefined);
    if (name === undefined) return undefined;
    const { value, isCut } = unpacked(attributes[name] ?? null);
    if (isCut) cut += 1;
    return value;
  };
  const request = {
    system: read('gen_ai.system_instructions'),
    messages:
      read('gen_ai.input.messages', 'ai.prompt.messages', 'gen_ai.request.messages') ??
      flatList(attributes, 'gen_ai.prompt') ??
      messagesOf(events, askedEvents) ??
      contentOf(events, 'gen_ai.content.prompt', 'gen_ai.prompt') ??
      read('gen_ai.prompt'),
    tools: read('gen_ai.tool.definitions', 'ai.prompt.tools', 'gen_ai.request.available_tools'),
    toolChoice: read('ai.prompt.toolChoice'),
    schema: read('ai.schema'),
    parameters: parametersOf(attributes),
  };
  const answer = {
    messages:
      read('gen_ai.output.messages') ??
      flatList(attributes, 'gen_ai.completion') ??
      messagesOf(events, answeredEvents) ??
      contentOf(events, 'gen_ai.content.completion', 'gen_ai.completion') ??
      read('gen_ai.completion'),
    text: textIn(attributes, 'ai.response.text', 'gen_ai.response.text'),
    reasoning: textIn(attributes, 'ai.response.reasoning'),
    toolCalls: read('ai.response.toolCalls', 'gen_ai.response.tool_calls'),
    object: read('ai.response.object'),
  };
  return { request: present(request), answer: present(answer), cut };
}

const askedEvents: ReadonlySet<string> = new Set([
  'gen_ai.system.message',
  'gen_ai.user.message',
  'gen_ai.assistant.message',
  'gen_ai.tool.message',
]);
const answeredEvents: ReadonlySet<string> = new Set(['gen_ai.choice']);

/** An event is a message when it says anything; where contents are not captured it says at most who spoke. */
function messagesOf(events: readonly SpanEvent[], names: ReadonlySet<string>): Json | undefined {
  const messages = events
    .filter(({ name }) => names.has(name))
    .map(({ name, attributes, body }) => {
      const told = unpacked(body ?? attributes['gen_ai.event.content'] ?? null).value;
      const message = isRecord(told) ? told : { ...messageAttributes(attributes) };
      const [, role = ''] = name.split('.');
      return names === askedEvents ? { role, ...message } : message;
    });
  return messages.some(isSaid) ? messages : undefined;
}

const isSaid = (message: Attributes): boolean =>
  Object.keys(message).some((key) => ['content', 'message', 'tool_calls', 'parts'].includes(key));

function messageAttributes(attributes: Attributes): Attributes {
  return Object.fromEntries(
    Object.entries(attributes)
      .filter(([key]) => !/^(?:gen_ai\.|event)/.test(key))
      .map(([key, value]) => [key, unpacked(value).value]),
  );
}

function contentOf(events: readonly SpanEvent[], name: string, key: string): Json | undefined {
  const held = events.find((event) => event.name === name)?.attributes[key];
  return held === undefined || held === 'null' ? undefined : unpacked(held).value;
}

function eventsInAttribute(value: Json | undefined): readonly SpanEvent[] {
  const { value: events } = unpacked(value ?? null);
  if (!Array.isArray(events)) return [];
  return events.flatMap((event) => {
    if (!isRecord(event)) return [];
    const { 'event.name': name, 'gen_ai.message.index': _, ...body } = event;
    return typeof name === 'string' ? [{ name, attributes: {}, body }] : [];
  });
}

const parameterPrefix = 'gen_ai.request.';
const noParameters = new Set(['model', 'messages', 'available_tools', 'stream']);

function parametersOf(attributes: Attributes): Json | undefined {
  const found = Object.entries(attributes).flatMap(([key, value]): [string, Json][] => {
    const name = key.slice(parameterPrefix.length);
    return key.startsWith(parameterPrefix) && !noParameters.has(name) ? [[name, value]] : [];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

function textIn(attributes: Attributes, ...names: readonly string[]): Json | undefined {
  return names.map((name) => attributes[name]).find((value) => value !== undefined);
}

/** JSON in a text, also text by text in a list; a text that only begins like JSON was cut, and stays the text it is. */
function unpacked(value: Json): { readonly value: Json; readonly isCut: boolean } {
  if (Array.isArray(value)) {
    const each = value.map(unpacked);
    return { value: each.map((one) => one.value), isCut: each.some(({ isCut }) => isCut) };
  }
  if (typeof value !== 'string' || !/^\s*[{["]/.test(value)) return { value, isCut: false };
  try {
    const parsed: Json = JSON.parse(value);
    return { value: parsed, isCut: false };
  } catch {
    return { value, isCut: true };
  }
}

function isRecord(value: Json): value is { [property: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function present(values: Readonly<Record<string, Json | undefined>>): {
  readonly [property: string]: Json;
} {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]): [string, Json][] =>
      value === undefined ? [] : [[key, value]],
    ),
  );
}
