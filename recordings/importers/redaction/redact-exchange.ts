import type { Json } from '#harness';
import type { ImportedExchange, OpenAiExchange } from '../../format/imported-exchange.ts';
import { createRecordingRedaction, type RecordingRedaction } from '../../format/redaction.ts';
import { createCredentialRedaction } from './credentials.ts';
import { mayHoldSecret } from './may-hold-secret.ts';

/** Takes out of bodies of one recording what it must not hold. */
export interface BodyRedaction {
  /** What was sent or came back in one piece. */
  readonly json: (value: Json) => Json;
  /** The payloads of a stream: what came in pieces is looked at as a whole. */
  readonly events: (events: readonly Json[]) => Json[];
  readonly text: (text: string) => string;
}

/** To be used in the order in which a recording is written; `within` is what the rest of it is redacted with. */
export function createBodyRedaction(within: RecordingRedaction): BodyRedaction {
  const redaction = withoutCredentials(within);
  const part = partRedaction((value) => said(value, redaction));
  return {
    json: (value) => inParts(value, part),
    events: (events) => redactEvents(events, redaction),
    text: redaction.text,
  };
}

/** What may hold nothing is left as it is, and what was said before comes out as before: requests repeat all that was said. */
function partRedaction(redactWhole: (value: Json) => Json): (value: Json) => Json {
  const known = new Map<string, Json>();
  return (value) => {
    const json = JSON.stringify(value);
    if (!mayHoldSecret(json)) return value;
    const clean = known.get(json) ?? redactWhole(value);
    known.set(json, clean);
    return clean;
  };
}

/** The lists that make up most of a body, which hold nothing that is told by their names. */
const longLists: ReadonlySet<string> = new Set(['input', 'messages', 'output', 'tools', 'choices']);

/** A body is looked at message by message, in its order. */
function inParts(body: Json, part: (value: Json) => Json): Json {
  if (!isObject(body)) return part(body);
  return Object.fromEntries(
    Object.entries(body).map(([property, value]): [string, Json] => {
      if (longLists.has(property) && Array.isArray(value)) return [property, value.map(part)];
      const alone = part({ [property]: value });
      return [property, isObject(alone) ? (alone[property] ?? value) : value];
    }),
  );
}

/** Takes out of the calls of one recording what it must not hold, in the order in which it is written. */
export function createImportRedaction(): (exchange: ImportedExchange) => ImportedExchange {
  const redaction = createBodyRedaction(createRecordingRedaction());
  return (exchange) => {
    if (exchange.t === 'openai') return redactOpenAi(exchange, redaction);
    const { request, answer } = exchange;
    return { ...exchange, request: redaction.json(request), answer: redaction.json(answer) };
  };
}

function withoutCredentials(redaction: RecordingRedaction): RecordingRedaction {
  const credentials = createCredentialRedaction();
  return {
    said: (value) => redaction.said(credentials.value(value)),
    text: (text) => redaction.text(credentials.text(text)),
    part: (part) => redaction.part(credentials.value(part)),
  };
}

function redactOpenAi(exchange: OpenAiExchange, redaction: BodyRedaction): OpenAiExchange {
  const { request, answer } = exchange;
  const { body } = answer;
  return {
    ...exchange,
    ...(request === undefined
      ? {}
      : { request: { ...request, body: redaction.json(request.body) } }),
    answer: {
      ...answer,
      body:
        'json' in body
          ? { json: redaction.json(body.json) }
          : 'events' in body
            ? { events: redaction.events(body.events) }
            : { text: redaction.text(body.text) },
    },
  };
}

/** Arguments of tools are JSON in a text, where an escape may hide where a secret begins: looked at as what they say. */
function said(value: Json, redaction: RecordingRedaction): Json {
  return redaction.said(mapJsonTexts(value, redaction));
}

function mapJsonTexts(value: Json, redaction: RecordingRedaction): Json {
  if (typeof value === 'string') return redactArguments(value, redaction);
  if (Array.isArray(value)) return value.map((each) => mapJsonTexts(each, redaction));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([property, each]) => [property, mapJsonTexts(each, redaction)]),
  );
}

function redactArguments(text: string, redaction: RecordingRedaction): string {
  if (!/^\s*[{[]/.test(text)) return text;
  const redacted = redaction.part({ type: 'tool-call', input: text });
  return isObject(redacted) && typeof redacted['input'] === 'string' ? redacted['input'] : text;
}

/** The texts of an answer that came in pieces, each as a whole. */
export function textsInPieces({ answer: { body } }: OpenAiExchange): readonly string[] {
  if (!('events' in body)) return [];
  const whole = Map.groupBy(body.events.flatMap(piecesIn), ({ of }) => of);
  return [...whole.values()].map((pieces) => pieces.map(({ text }) => text).join(''));
}

/** Where a text lies that came in pieces: the pieces of one text share a `of`. */
interface Piece {
  readonly of: string;
  readonly holder: { [property: string]: Json };
  readonly property: string;
  readonly text: string;
}

/** A secret may be cut in pieces: each text is looked at as a whole, and if it changes stands whole in its first piece. */
function redactEvents(events: readonly Json[], redaction: RecordingRedaction): Json[] {
  const copies = structuredClone([...events]);
  const pieces = copies.flatMap(piecesIn);
  for (const { holder, property } of pieces) holder[property] = '';
  const clean = copies.map((event) =>
    mayHoldSecret(JSON.stringify(event)) ? said(event, redaction) : event,
  );
  const slots = clean.flatMap(piecesIn);
  const whole = Map.groupBy(pieces, ({ of }) => of);
  const written = new Map<string, readonly string[]>();
  for (const [of, parts] of whole) written.set(of, redactPieces(parts, redaction));
  const next = new Map<string, number>();
  for (const { of, holder, property } of slots) {
    const index = next.get(of) ?? 0;
    next.set(of, index + 1);
    holder[property] = written.get(of)?.[index] ?? '';
  }
  return clean;
}

function redactPieces(pieces: readonly Piece[], redaction: RecordingRedaction): readonly string[] {
  const before = pieces.map(({ text }) => text).join('');
  const after = redaction.text(redactArguments(before, redaction));
  if (after === before) return pieces.map(({ text }) => text);
  return pieces.map((_, index) => (index === 0 ? after : ''));
}

/** The pieces in an event of either interface. */
function piecesIn(event: Json): readonly Piece[] {
  if (!isObject(event)) return [];
  const { type, item_id: item, output_index: output } = event;
  if (typeof type === 'string' && type.endsWith('.delta')) {
    const part = event['content_index'] ?? event['summary_index'];
    return pieceAt(event, 'delta', JSON.stringify([type, item, output, part]));
  }
  return listOf(event['choices']).flatMap((choice) => {
    const delta = choice['delta'];
    if (!isObject(delta)) return [];
    const of = JSON.stringify(choice['index']);
    return [
      ...['content', 'refusal', 'reasoning_content'].flatMap((property) =>
        pieceAt(delta, property, `${of} ${property}`),
      ),
      ...listOf(delta['tool_calls']).flatMap((call) => {
        const called = call['function'];
        const name = `${of} tool ${JSON.stringify(call['index'])}`;
        return isObject(called) ? pieceAt(called, 'arguments', name) : [];
      }),
    ];
  });
}

function pieceAt(holder: { [property: string]: Json }, property: string, of: string): Piece[] {
  const text = holder[property];
  return typeof text === 'string' ? [{ of, holder, property, text }] : [];
}

function listOf(value: Json | undefined): readonly { [property: string]: Json }[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function isObject(value: Json | undefined): value is { [property: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
