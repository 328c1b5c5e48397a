import type { HonoRequest } from 'hono';
import { ApiError } from './api-error.ts';

const limitBytes = 64 * 1024;

/** The body of a request, as JSON. Throws ApiError 413, 415 or 400; none of them quotes it. */
export async function jsonOf(request: HonoRequest): Promise<unknown> {
  const type = request.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  // A form of another site can send text; only a page that was let in can send JSON.
  if (type !== 'application/json') {
    throw new ApiError(415, { code: 'JSON_ONLY', message: 'Bodies are application/json.' });
  }
  const text = await textOf(request);
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the body.
    throw new ApiError(400, { code: 'JSON_INVALID', message: 'The body is not JSON.' });
  }
}

/** Stops reading where the limit is, whatever the sender said of the length. */
async function textOf({ raw }: HonoRequest): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of raw.body ?? []) {
    size += chunk.byteLength;
    if (size > limitBytes) {
      throw new ApiError(413, {
        code: 'BODY_TOO_LARGE',
        message: `A body holds at most ${limitBytes} bytes.`,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
