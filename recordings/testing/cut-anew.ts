import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Fetch } from '../wire/record/record-fetch.ts';

/** A `fetch` whose answers come in other pieces, and at another pace, each time: where the network cuts is chance. */
export function cutAnew(fetch: Fetch, longest = 90): Fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    const { status, headers, body } = response;
    if (body === null) return response;
    return new Response(piecesOf(body, longest), { status, headers });
  };
}

function piecesOf(body: ReadableStream<Uint8Array>, longest: number): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let left = new Uint8Array();
  return new ReadableStream({
    pull: async (controller) => {
      if (left.length === 0) {
        const { done, value } = await reader.read();
        if (done) return controller.close();
        left = Uint8Array.from(value);
      }
      const length = randomInt(1, longest);
      if (randomInt(4) === 0) await delay(randomInt(3));
      controller.enqueue(left.subarray(0, length));
      left = left.subarray(length);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
