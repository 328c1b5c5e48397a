import { z } from 'zod';

const nockSchema = z.object({
  scope: z.string(),
  method: z.string(),
  path: z.string(),
  body: z.unknown().optional(),
  status: z.int(),
  response: z.unknown().optional(),
  /** Names and values in turn, or an object. */
  rawHeaders: z.union([z.array(z.string()), z.record(z.string(), z.string())]).nullish(),
});

/** An exchange as nock records it, said as other cassettes do; what is none stays what it is. */
export function nockAsCassette(value: unknown): unknown {
  const parsed = nockSchema.safeParse(value);
  if (!parsed.success) return value;
  const { scope, method, path, body, status, response, rawHeaders } = parsed.data;
  const headers = Array.isArray(rawHeaders) ? inPairs(rawHeaders) : (rawHeaders ?? {});
  const isPacked = Object.keys(headers).some((name) => /^content-encoding$/i.test(name));
  return {
    request: { method, uri: `${scope}${path}`, ...said(body) },
    response: { status, headers, ...(isPacked ? { body: packed(response) } : said(response)) },
  };
}

/** JSON is kept as it was, and everything else as a text. */
function said(body: unknown): { readonly body?: string; readonly parsed_body?: unknown } {
  if (typeof body === 'string') return body === '' ? {} : { body };
  return body === undefined ? {} : { parsed_body: body };
}

/** What was packed stands in the pieces in which it came, as digits. */
function packed(response: unknown): unknown {
  const pieces = z.array(z.string().regex(/^(?:[\da-f]{2})*$/)).safeParse(response);
  return pieces.success ? Buffer.from(pieces.data.join(''), 'hex') : response;
}

function inPairs(values: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    values.flatMap((name, index): [string, string][] =>
      index % 2 === 0 ? [[name, values[index + 1] ?? '']] : [],
    ),
  );
}
