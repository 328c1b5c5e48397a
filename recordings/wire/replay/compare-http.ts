import type { Json } from '#harness';
import type { WireRequest } from '../../format/http-call.ts';
import { asJson, type Difference, firstDifference } from '../../format/json.ts';
import { createRecordingRedaction } from '../../format/redaction.ts';
import type { DivergenceClass } from '../../replayer/divergence.ts';
import { openAiApi } from '../openai-api.ts';
import { createWireRedaction } from '../record/redact-wire.ts';

/** What a request differs in, and which of its parts are equal. */
export interface HttpFinding {
  readonly class: DivergenceClass;
  readonly difference: Difference;
  readonly equal: readonly string[];
}

interface Part {
  readonly name: string;
  readonly class: DivergenceClass;
  readonly recorded: Json | undefined;
  readonly asked: Json | undefined;
}

/** Part by part: where it goes, and what it says; of headers those that were recorded. Undefined when all is equal. */
export function compareHttp(recorded: WireRequest, asked: WireRequest): HttpFinding | undefined {
  const redaction = createWireRedaction(createRecordingRedaction());
  const parts = partsOf(recorded, redaction.request(asked)).map((part) => ({
    name: part.name,
    class: part.class,
    difference: firstDifference(part.name, unnumbered(part.recorded), unnumbered(part.asked)),
  }));
  const found = parts.find(({ difference }) => difference !== undefined);
  if (found?.difference === undefined) return undefined;
  return {
    class: classOf(found.class, asked, found.difference),
    difference: found.difference,
    equal: parts.filter(({ difference }) => difference === undefined).map(({ name }) => name),
  };
}

/** Which of its secrets a placeholder stands for says the rest of a recording, and no request alone. */
function unnumbered(value: Json | undefined): Json | undefined {
  if (value === undefined) return undefined;
  return asJson(JSON.parse(JSON.stringify(value).replaceAll(numberedPlaceholder, '[$1]')));
}

const numberedPlaceholder = /\[(card|iban|key|e-mail|cvv|credential|account) \d{1,4}\]/g;

function partsOf(recorded: WireRequest, asked: WireRequest): readonly Part[] {
  const isModel = openAiApi(recorded) !== undefined;
  const where = isModel ? 'MODEL' : 'TOOL_INPUT';
  const plain = isModel ? 'PARAMS' : 'TOOL_INPUT';
  const { headers = {} } = recorded;
  const sent = Object.entries(asked.headers ?? {}).filter(([name]) => Object.hasOwn(headers, name));
  return [
    ...(['method', 'host', 'path'] as const).map(
      (name): Part => ({ name, class: where, recorded: recorded[name], asked: asked[name] }),
    ),
    ...(isModel ? modelParts(bodyOf(recorded), bodyOf(asked)) : []),
    { name: 'headers', class: plain, recorded: headers, asked: Object.fromEntries(sent) },
    // Where a body is no object, or of no model, it is compared as it is.
    {
      name: 'body',
      class: plain,
      recorded: asJson(recorded.body ?? null),
      asked: asJson(asked.body ?? null),
    },
  ];
}

const classes: ReadonlyMap<string, DivergenceClass> = new Map([
  ['model', 'MODEL'],
  ['instructions', 'SYSTEM'],
  ['tools', 'TOOLS'],
  ['text', 'SCHEMA'],
  ['response_format', 'SCHEMA'],
  ['input', 'MESSAGE'],
  ['messages', 'MESSAGE'],
]);
/** What is wrong with a conversation may come from anything before it. */
const inOrder: readonly DivergenceClass[] = [
  'MODEL',
  'SYSTEM',
  'TOOLS',
  'SCHEMA',
  'PARAMS',
  'MESSAGE',
];

function modelParts(recorded: Fields, asked: Fields): readonly Part[] {
  const names = new Set([...Object.keys(recorded), ...Object.keys(asked)]);
  return [...names]
    .map(
      (name): Part => ({
        name,
        class: classes.get(name) ?? 'PARAMS',
        recorded: recorded[name],
        asked: asked[name],
      }),
    )
    .toSorted((left, right) => inOrder.indexOf(left.class) - inOrder.indexOf(right.class));
}

/** A conversation also holds instructions, and what tools have answered. */
function classOf(
  part: DivergenceClass,
  asked: WireRequest,
  { subject, pointer }: Difference,
): DivergenceClass {
  if (part !== 'MESSAGE') return part;
  const said = bodyOf(asked)[subject];
  const message = Array.isArray(said) ? said[Number(pointer.split('/')[1])] : undefined;
  const { role, type } = fieldsOf(message);
  if (role === 'system' || role === 'developer') return 'SYSTEM';
  return role === 'tool' || type === 'function_call_output' ? 'TOOL_RESULT' : 'MESSAGE';
}

type Fields = Readonly<Record<string, Json>>;

const bodyOf = ({ body }: WireRequest): Fields =>
  body !== undefined && 'json' in body ? fieldsOf(body.json) : {};

function fieldsOf(value: Json | undefined): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
