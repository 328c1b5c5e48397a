import type { WireBody } from '../../format/http-call.ts';
import { doneMarker } from '../../importers/openai/parse-event-stream.ts';
import { typeOf } from './read-body.ts';

/** A body as the pieces in which it is brought: one for each event, or where it was cut when it was recorded. */
export function piecesOf(body: WireBody): readonly Uint8Array<ArrayBuffer>[] {
  const encoder = new TextEncoder();
  if ('json' in body) return [encoder.encode(JSON.stringify(body.json))];
  if ('text' in body) return cutInto(encoder.encode(body.text), body.cuts);
  if ('base64' in body)
    return cutInto(Uint8Array.from(Buffer.from(body.base64, 'base64')), body.cuts);
  const { events, named = false } = body;
  return events.map((event) => {
    const data = event === doneMarker ? doneMarker : JSON.stringify(event);
    const type = named ? typeOf(event) : undefined;
    return encoder.encode(`${type === undefined ? '' : `event: ${type}\n`}data: ${data}\n\n`);
  });
}

function cutInto(
  bytes: Uint8Array<ArrayBuffer>,
  cuts: readonly number[] = [bytes.length],
): readonly Uint8Array<ArrayBuffer>[] {
  let start = 0;
  return cuts.map((length) => {
    const piece = bytes.subarray(start, start + length);
    start += length;
    return piece;
  });
}
