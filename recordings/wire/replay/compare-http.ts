import type { Json } from '#harness';
import type { WireRequest } from '../../format/http-call.ts';
import { asJson, type Difference, firstDifference } from '../../format/json.ts';
import { createRecordingRedaction } from '../../format/redaction.ts';
import type { DivergenceClass } from '../../replayer/divergence.ts';
import { headersToKeep } from '../body/read-request.ts';
import { openAiApi } from '../openai-api.ts';
import { createWireRedaction } from '../record/redact-wire.ts';

/** One thing that a request differs in. */
export interface HttpFinding {
  readonly class: DivergenceClass;
  readonly difference: Difference;
}

interface Part {
  readonly name: string;
  readonly class: DivergenceClass;
  readonly recorded: Json | undefined;
  readonly asked: Json | undefined;
  /** Where it stands in what has the name; all of it where this is missing. */
  readonly within?: string;
}

/**
 * Everything that a request differs in, part by part: where it goes, and what it says; of headers those that were recorded. A
 * conversation is compared message by message, so that one class may be accepted without the others.
 */
export function compareHttp(
  recorded: WireRequest,
  asked: WireRequest,
): { readonly found: readonly HttpFinding[]; readonly equal: readonly string[] } {
  const redaction = createWireRedaction(createRecordingRedaction());
  const parts = partsOf(recorded, redaction.request(asked)).map((part) => ({
    ...part,
    difference: firstDifference(part.name, unnumbered(part.recorded), unnumbered(part.asked)),
  }));
  const found = parts.flatMap(({ class: kind, within = '', difference }) =>
    difference === undefined
      ? []
      : [
          {
            class: kind,
            difference: { ...difference, pointer: `${within}${difference.pointer}` },
          },
        ],
  );
  const differing = new Set(found.map(({ difference }) => difference.subject));
  const names = new Set(parts.map(({ name }) => name));
  return { found, equal: [...names].filter((name) => !differing.has(name)) };
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
  // Those that are always kept are missing only where they were not sent.
  const isKept = (name: string): boolean =>
    headersToKeep().has(name) || Object.hasOwn(headers, name);
  const sent = Object.entries(asked.headers ?? {}).filter(([name]) => isKept(name));
  const [before, now] = [bodyOf(recorded), bodyOf(asked)];
  // Where a body is no object, or of no model, it is compared as it is.
  const whole: Part = {
    name: 'body',
    class: plain,
    recorded: asJson(recorded.body ?? null),
    asked: asJson(asked.body ?? null),
  };
  return [
    ...(['method', 'host', 'path'] as const).map(
      (name): Part => ({ name, class: where, recorded: recorded[name], asked: asked[name] }),
    ),
    ...(isModel && before && now ? modelParts(before, now) : []),
    { name: 'headers', class: plain, recorded: headers, asked: Object.fromEntries(sent) },
    ...(isModel && before && now ? [] : [whole]),
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
    .toSorted((left, right) => inOrder.indexOf(left.class) - inOrder.indexOf(right.class))
    .flatMap((part) => (part.class === 'MESSAGE' ? messagesOf(part) : [part]));
}

/** A conversation also holds instructions, and what tools have answered. */
function messagesOf(part: Part): readonly Part[] {
  const { recorded, asked } = part;
  if (!Array.isArray(recorded) || !Array.isArray(asked)) return [part];
  const count = Math.max(recorded.length, asked.length);
  return Array.from({ length: count }, (_, index): Part => {
    const [before, now] = [recorded[index], asked[index]];
    const kinds = [before, now].map(classOf);
    // What stands there now is named; a message that is gone by what it was.
    const kind = (now === undefined ? kinds[0] : kinds[1]) ?? 'MESSAGE';
    return { ...part, class: kind, recorded: before, asked: now, within: `/${index}` };
  });
}

function classOf(message: Json | undefined): DivergenceClass {
  const { role, type } = fieldsOf(message) ?? {};
  if (role === 'system' || role === 'developer') return 'SYSTEM';
  return role === 'tool' || type === 'function_call_output' ? 'TOOL_RESULT' : 'MESSAGE';
}

type Fields = Readonly<Record<string, Json>>;

const bodyOf = ({ body }: WireRequest): Fields | undefined =>
  body !== undefined && 'json' in body ? fieldsOf(body.json) : undefined;

function fieldsOf(value: Json | undefined): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}
