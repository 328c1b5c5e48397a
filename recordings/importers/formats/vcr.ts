import { z } from 'zod';
import { asJson } from '../../format/json.ts';
import { UnrecordableError } from '../../format/unrecordable-error.ts';
import { collect } from '../collect.ts';
import { ForeignInputError } from '../foreign-input-error.ts';
import type { Harvest } from '../importer.ts';
import type { HttpBody, HttpExchange } from '../openai/http-exchange.ts';
import { readOpenAiExchange } from '../openai/read-openai-exchange.ts';
import { decodeBody } from './decode-body.ts';
import { readYamlList, type YamlItem } from './read-yaml.ts';

const bytesSchema = z.union([z.string(), z.instanceof(Uint8Array)]);
const bodySchema = z.union([
  bytesSchema,
  z.looseObject({ string: bytesSchema.nullish(), base64_string: z.string().nullish() }),
]);
const headersSchema = z.record(z.string(), z.union([z.string(), z.array(z.string())])).nullish();

const messageSchema = z.looseObject({
  headers: headersSchema,
  body: bodySchema.nullish(),
  /** As serializers write it that keep JSON readable. */
  parsed_body: z.unknown().optional(),
  /** As vcrpy wrote answers to httpx. */
  content: bodySchema.nullish(),
});

/** An exchange as vcrpy and Ruby's vcr write it. */
const interactionSchema = z.looseObject({
  request: messageSchema.extend({ method: z.string(), uri: z.string() }),
  response: messageSchema.extend({
    status: z.looseObject({ code: z.int() }).nullish(),
    status_code: z.int().nullish(),
  }),
});
type Message = z.infer<typeof messageSchema>;

/** A cassette of vcrpy or of Ruby's vcr, in YAML or JSON. */
export function readCassette(text: string): Harvest {
  const interactions = readYamlList(text, ['interactions', 'http_interactions']);
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

function readExchange({ line, value }: YamlItem): HttpExchange {
  const parsed = interactionSchema.safeParse(value);
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
    url: request.uri,
    ...(asked === undefined ? {} : { request: asked }),
    status: response.status?.code ?? response.status_code ?? 0,
    ...(retryAfter === undefined ? {} : { retryAfter }),
    answer: bodyOf(response, line) ?? { text: '' },
  };
}

function bodyOf(message: Message, line: number): HttpBody | undefined {
  const { parsed_body: json, body, content } = message;
  if (json !== undefined && json !== null) return { json: jsonOf(json, line) };
  const kept = body ?? content;
  if (kept === undefined || kept === null) return undefined;
  return {
    text: decodeBody(rawOf(kept), { encoding: headerOf(message, 'content-encoding'), line }),
  };
}

function rawOf(body: z.infer<typeof bodySchema>): string | Uint8Array {
  if (typeof body === 'string' || body instanceof Uint8Array) return body;
  return body.string ?? Buffer.from(body.base64_string ?? '', 'base64');
}

function jsonOf(value: unknown, line: number): ReturnType<typeof asJson> {
  try {
    return asJson(value);
  } catch (error) {
    if (!(error instanceof UnrecordableError)) throw error;
    throw new ForeignInputError(line, 'a parsed body is not JSON');
  }
}

function headerOf({ headers }: Message, name: string): string | undefined {
  const found = Object.entries(headers ?? {}).find(([key]) => key.toLowerCase() === name)?.[1];
  return typeof found === 'string' ? found : found?.[0];
}
