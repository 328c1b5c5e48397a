import { z } from 'zod';
import { collect } from '../foreign/collect.ts';
import { decodeBody } from '../foreign/decode-body.ts';
import { ForeignInputError } from '../foreign/foreign-input-error.ts';
import { jsonItemLines } from '../foreign/json-item-lines.ts';
import { readJsonFile } from '../foreign/read-json-file.ts';
import type { Harvest } from '../importer.ts';
import type { HttpExchange } from '../openai/http-exchange.ts';
import { openAiEndpoint } from '../openai/openai-endpoint.ts';
import { readOpenAiExchange } from '../openai/read-openai-exchange.ts';

const archiveSchema = z.looseObject({ log: z.looseObject({ entries: z.array(z.unknown()) }) });
const headersSchema = z
  .array(z.looseObject({ name: z.string(), value: z.unknown() }))
  .nullish()
  .catch(null);
/** A body, or where it lies: Playwright writes large ones beside the archive. */
const bodySchema = z.looseObject({
  text: z.string().nullish(),
  encoding: z.string().nullish(),
  size: z.number().nullish().catch(null),
  _file: z.string().nullish(),
  _sha1: z.string().nullish(),
});
type Body = z.infer<typeof bodySchema>;

const entrySchema = z.looseObject({
  request: z.looseObject({ method: z.string(), url: z.string(), postData: bodySchema.nullish() }),
  response: z.looseObject({
    status: z.union([
      z.int(),
      z
        .string()
        .regex(/^\d{3}$/)
        .transform(Number),
    ]),
    headers: headersSchema,
    content: bodySchema.nullish(),
  }),
});
type Headers = z.infer<typeof headersSchema>;

interface Entry {
  readonly line: number;
  readonly value: unknown;
}

/** An HTTP archive, version 1.2, as browsers and proxies export it. */
export function readHar(text: string): Harvest {
  const archive = archiveSchema.safeParse(readJsonFile(text));
  if (!archive.success) throw new ForeignInputError(1, 'it is no HTTP archive');
  const lines = jsonItemLines(text, ['log', 'entries']);
  const entries = archive.data.log.entries.map(
    (value, index): Entry => ({ value, line: lines[index] ?? 1 }),
  );
  const { taken, left } = collect(entries, (entry) => readOpenAiExchange(readEntry(entry)));
  const losses = [
    'bodies byte for byte: of JSON its values',
    'where the network cut answers in pieces',
    'most headers and all timings',
  ];
  return { found: [{ fidelity: 'wire', losses, exchanges: taken }], left };
}

function readEntry({ line, value }: Entry): HttpExchange {
  const parsed = entrySchema.safeParse(value);
  if (!parsed.success) throw new ForeignInputError(line, faultOf(parsed.error));
  const { request, response } = parsed.data;
  const where = { method: request.method, url: request.url, line };
  // Whose call it is is said before what is wrong with it.
  openAiEndpoint(where);
  const asked = textOf(request.postData, { what: 'request', line });
  const answered = textOf(response.content, {
    what: 'answer',
    line,
    encoding: headerOf(response.headers, 'content-encoding'),
  });
  const retryAfter = headerOf(response.headers, 'retry-after');
  return {
    ...where,
    ...(asked === undefined ? {} : { request: { text: asked } }),
    status: response.status,
    ...(retryAfter === undefined ? {} : { retryAfter }),
    answer: { text: answered ?? '' },
  };
}

function faultOf({ issues }: z.ZodError): string {
  const where = issues[0]?.path.join('.') ?? '';
  return `it is no entry of an archive: ${where || 'it'} has another shape`;
}

/** Undefined where there is none. @throws ForeignInputError for one that was there and is not in the archive. */
function textOf(
  body: Body | null | undefined,
  at: {
    readonly what: string;
    readonly line: number;
    readonly encoding?: string | undefined;
  },
): string | undefined {
  const { text, encoding, size, _file: file, _sha1: sha1 } = body ?? {};
  const { what, line } = at;
  if (typeof text !== 'string') {
    if (typeof (file ?? sha1) === 'string') {
      throw new ForeignInputError(line, `its ${what} lies in a file beside the archive`);
    }
    if ((size ?? 0) > 0) throw new ForeignInputError(line, `its ${what} was not kept`);
    return undefined;
  }
  const pieces = piecesIn(text, encoding);
  if (pieces !== undefined) return decodeBody(pieces, at);
  return encoding === 'base64' ? decodeBody(Buffer.from(text, 'base64'), at) : text;
}

/** Polly keeps a packed body as the list of the pieces in which it came, each in base64, or before in digits. */
function piecesIn(text: string, encoding: string | null | undefined): Buffer | undefined {
  if (!text.startsWith('["')) return undefined;
  const pieces = piecesSchema.safeParse(jsonIn(text));
  if (!pieces.success) return undefined;
  if (encoding === 'base64') {
    return Buffer.concat(pieces.data.map((piece) => Buffer.from(piece, 'base64')));
  }
  const isHex = pieces.data.every((piece) => /^(?:[\da-f]{2})+$/.test(piece));
  return isHex ? Buffer.from(pieces.data.join(''), 'hex') : undefined;
}

const piecesSchema = z.array(z.string()).min(1);

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // It only begins like a list.
    return undefined;
  }
}

function headerOf(headers: Headers, name: string): string | undefined {
  const found = headers?.find((header) => header.name.toLowerCase() === name)?.value;
  return typeof found === 'string' || typeof found === 'number' ? String(found) : undefined;
}
