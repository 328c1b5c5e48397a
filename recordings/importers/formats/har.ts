import { z } from 'zod';
import { collect } from '../foreign/collect.ts';
import { decodeBody } from '../foreign/decode-body.ts';
import { ForeignInputError } from '../foreign/foreign-input-error.ts';
import { jsonItemLines } from '../foreign/json-item-lines.ts';
import { readJsonFile } from '../foreign/read-json-file.ts';
import type { Harvest } from '../importer.ts';
import type { HttpExchange } from '../openai/http-exchange.ts';
import { readOpenAiExchange } from '../openai/read-openai-exchange.ts';

const archiveSchema = z.looseObject({ log: z.looseObject({ entries: z.array(z.unknown()) }) });
const headersSchema = z.array(z.looseObject({ name: z.string(), value: z.string() })).default([]);

const entrySchema = z.looseObject({
  request: z.looseObject({
    method: z.string(),
    url: z.string(),
    postData: z.looseObject({ text: z.string().nullish() }).nullish(),
  }),
  response: z.looseObject({
    status: z.int(),
    headers: headersSchema,
    content: z
      .looseObject({ text: z.string().nullish(), encoding: z.string().nullish() })
      .nullish(),
  }),
});

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
  if (!parsed.success) throw new ForeignInputError(line, 'it is no entry of an archive');
  const { request, response } = parsed.data;
  const asked = request.postData?.text;
  const retryAfter = response.headers.find(({ name }) => name.toLowerCase() === 'retry-after');
  return {
    line,
    method: request.method,
    url: request.url,
    ...(typeof asked === 'string' ? { request: { text: asked } } : {}),
    status: response.status,
    ...(retryAfter === undefined ? {} : { retryAfter: retryAfter.value }),
    answer: { text: contentText(response.content, line) },
  };
}

function contentText(
  content: z.infer<typeof entrySchema>['response']['content'],
  line: number,
): string {
  const { text, encoding } = content ?? {};
  if (typeof text !== 'string') return '';
  if (encoding !== 'base64') return text;
  return decodeBody(Buffer.from(text, 'base64'), { line });
}
