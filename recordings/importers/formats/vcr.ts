import { z } from 'zod';
import { asJson } from '../../format/json.ts';
import { UnrecordableError } from '../../format/unrecordable-error.ts';
import { collect } from '../foreign/collect.ts';
import { decodeBody } from '../foreign/decode-body.ts';
import { ForeignInputError } from '../foreign/foreign-input-error.ts';
import type { Harvest } from '../importer.ts';
import type { HttpBody, HttpExchange } from '../openai/http-exchange.ts';
import { readOpenAiExchange } from '../openai/read-openai-exchange.ts';
import { nockAsCassette } from './nock.ts';
import { type CassetteItem, readCassetteItems } from './read-cassette-items.ts';

const bytesSchema = z.union([z.string(), z.instanceof(Uint8Array)]);
const bodySchema = z.union([
  bytesSchema,
  /** As cassettes say what kind of body it is: JSON stands by its values, bytes as base64. */
  z.looseObject({ type: z.string(), content: z.unknown() }),
  z.looseObject({ string: bytesSchema.nullish(), base64_string: z.string().nullish() }),
]);
type Body = z.infer<typeof bodySchema>;
const headerValue = z.union([z.string(), z.number(), z.bigint(), z.boolean()]);
/** PHP and R write one value, and some a list. */
const headersSchema = z
  .record(z.string(), z.union([headerValue, z.array(headerValue)]))
  .nullish()
  .catch(null);

const messageSchema = z.looseObject({
  headers: headersSchema,
  body: bodySchema.nullish(),
  /** As serializers write it that keep JSON readable. */
  parsed_body: z.unknown().optional(),
  /** As vcrpy wrote answers to httpx. */
  content: bodySchema.nullish(),
});
const codeSchema = z.union([z.int(), z.string().regex(/^\d{3}(?: |$)/)]);

/** An exchange as vcrpy, betamax, go-vcr and the `vcr` of Ruby, PHP and R write it. */
const interactionSchema = z.looseObject({
  request: messageSchema.extend({
    method: z.string(),
    uri: z.string().nullish(),
    url: z.string().nullish(),
  }),
  response: messageSchema.extend({
    status: z.union([codeSchema, z.looseObject({ code: codeSchema })]).nullish(),
    status_code: codeSchema.nullish(),
    code: codeSchema.nullish(),
  }),
});
type Interaction = z.infer<typeof interactionSchema>;
type Message = z.infer<typeof messageSchema>;

/** A cassette in YAML or JSON. */
export function readCassette(text: string): Harvest {
  const interactions = readCassetteItems(text);
  if (interactions === undefined) throw new ForeignInputError(1, 'it is no cassette');
  if (interactions.length === 0) throw new ForeignInputError(1, 'the cassette holds no exchange');
  const { taken, left } = collect(interactions, (item) => readOpenAiExchange(readExchange(item)));
  const losses = [
    'bodies byte for byte: of JSON its values',
    'timings, and where the network cut answers in pieces',
    'most headers',
  ];
  return { found: [{ fidelity: 'wire', losses, exchanges: taken }], left };
}

function readExchange({ line, read }: CassetteItem): HttpExchange {
  const parsed = interactionSchema.safeParse(nockAsCassette(read()));
  if (!parsed.success) {
    const where = parsed.error.issues[0]?.path.join('.') ?? '';
    throw new ForeignInputError(line, `it is no exchange: ${where || 'it'} has another shape`);
  }
  const { request, response } = parsed.data;
  const asked = bodyOf(request, line);
  const retryAfter = headerOf(response, 'retry-after');
  return {
    line,
    method: request.method,
    url: request.uri ?? request.url ?? '',
    ...(asked === undefined ? {} : { request: asked }),
    status: statusOf(response, line),
    ...(retryAfter === undefined ? {} : { retryAfter }),
    answer: bodyOf(response, line) ?? { text: '' },
  };
}

function statusOf(response: Interaction['response'], line: number): number {
  const { status, status_code: statusCode, code } = response;
  const told = code ?? statusCode ?? (typeof status === 'object' ? status?.code : status);
  if (told === undefined || told === null)
    throw new ForeignInputError(line, 'its status was not kept');
  return Number.parseInt(String(told), 10);
}

function bodyOf(message: Message, line: number): HttpBody | undefined {
  const { parsed_body: json, body, content } = message;
  if (json !== undefined && json !== null) return { json: jsonOf(json, line) };
  const kept = body ?? content;
  if (kept === undefined || kept === null) return undefined;
  const raw = rawOf(kept);
  if (typeof raw !== 'string' && !(raw instanceof Uint8Array)) return { json: jsonOf(raw, line) };
  return { text: decodeBody(raw, { encoding: headerOf(message, 'content-encoding'), line }) };
}

/** Text or bytes, or the JSON that it was. */
function rawOf(body: Body): unknown {
  if (typeof body === 'string' || body instanceof Uint8Array) return body;
  if ('type' in body && 'content' in body) {
    const { type, content } = body;
    const isPacked = typeof content === 'string' && /base64|binary|bytes/.test(String(type));
    return isPacked ? Buffer.from(content, 'base64') : content;
  }
  return body['string'] ?? Buffer.from(body['base64_string'] ?? '', 'base64');
}

function jsonOf(value: unknown, line: number): ReturnType<typeof asJson> {
  try {
    return asJson(value);
  } catch (error) {
    if (!(error instanceof UnrecordableError)) throw error;
    throw new ForeignInputError(line, 'a parsed body holds what JSON cannot hold');
  }
}

function headerOf({ headers }: Message, name: string): string | undefined {
  const found = Object.entries(headers ?? {}).find(([key]) => key.toLowerCase() === name)?.[1];
  const [first] = Array.isArray(found) ? found : [found];
  return first === undefined ? undefined : String(first);
}
