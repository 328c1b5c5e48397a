import {
  brotliDecompressSync,
  gunzipSync,
  inflateRawSync,
  inflateSync,
  zstdDecompressSync,
} from 'node:zlib';
import { ForeignInputError } from './foreign-input-error.ts';

/** A small file may unpack to more than there is memory. */
const largestBody = { maxOutputLength: 64 * 1024 * 1024 };

/**
 * The text of a body that was kept as text or bytes, packed or not: many tools unpack a body and leave the header that says
 * how it was packed, so what it is is seen from the bytes first.
 * @throws ForeignInputError when no text comes out.
 */
export function decodeBody(
  body: string | Uint8Array,
  { encoding = '', line }: { readonly encoding?: string | undefined; readonly line: number },
): string {
  if (typeof body === 'string' && !isPackedText(body)) return body;
  const bytes = typeof body === 'string' ? Buffer.from(body, 'latin1') : body;
  try {
    return textOf(unpack(bytes, encoding));
  } catch {
    throw new ForeignInputError(line, 'a body cannot be unpacked to text');
  }
}

/** Bytes that were written as the characters of the same numbers. */
function isPackedText(body: string): boolean {
  return body.startsWith('\u001f\u008b') && Buffer.from(body, 'latin1').toString('latin1') === body;
}

function unpack(bytes: Uint8Array, encoding: string): Uint8Array {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return gunzipSync(bytes, largestBody);
  if (bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f) {
    return zstdDecompressSync(bytes, largestBody);
  }
  if (isText(bytes)) return bytes;
  if (encoding.includes('br')) return brotliDecompressSync(bytes, largestBody);
  return encoding.includes('deflate') ? inflate(bytes) : bytes;
}

/** Half of the world reads `deflate` as the format without its envelope. */
function inflate(bytes: Uint8Array): Uint8Array {
  const hasEnvelope =
    ((bytes[0] ?? 0) & 0x0f) === 8 && (((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0)) % 31 === 0;
  return hasEnvelope ? inflateSync(bytes, largestBody) : inflateRawSync(bytes, largestBody);
}

function isText(bytes: Uint8Array): boolean {
  try {
    textOf(bytes);
    return true;
  } catch {
    return false;
  }
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}
