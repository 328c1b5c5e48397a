import type { Json } from '#harness';

const pieceCharacters = 24;
const piece = new RegExp(`[^]{1,${pieceCharacters - 1}}(?:\\s|$)|[^]{1,${pieceCharacters}}`, 'gu');

/** Cuts a text into pieces that depend on nothing but the text: at spaces where there are some. */
function evenPieces(text: string): readonly string[] {
  return text.match(piece) ?? [];
}

/** A recorded part with its pieces cut anew; none where there was nothing in them. */
export function inEvenPieces(part: Json): readonly Json[] {
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return [part];
  const { deltas, providerMetadata } = part;
  if (!Array.isArray(deltas)) return [part];
  const pieces = evenPieces(deltas.map(String).join(''));
  if (pieces.length > 0) return [{ ...part, deltas: [...pieces] }];
  return providerMetadata === undefined ? [] : [{ ...part, deltas: [''] }];
}
