import { parseJsonEventStream } from 'ai';
import {
  type Arbitrary,
  array,
  assert,
  asyncProperty,
  constantFrom,
  integer,
  json,
  oneof,
  option,
  string,
  tuple,
  uint8Array,
} from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { parseAnyRecording } from '../format/parse-recording.ts';
import { serializeRecording } from '../format/serialize-recording.ts';
import { createCallRecorder } from '../recorder/call-recorder.ts';
import { openCallReplay } from '../replayer/calls/open-call-replay.ts';
import { type Fetch, recordFetch } from './record/record-fetch.ts';
import type { Chunks } from './record/write-http.ts';

// Answers of any shape, cut anywhere, whole and broken off: what comes back is what came.

const seed = 20_261_126;

interface Answer {
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Lengths of its pieces, taken in turn. */
  readonly cuts: readonly number[];
  /** Of its pieces, how many come before the connection breaks; undefined where it does not. */
  readonly breaksAfter: number | undefined;
}

const payload = oneof(json(), constantFrom('[DONE]', '{"type":"a","text":"ü☀️"}', 'no json'));
const lineEnd = constantFrom('\n', '\r\n', '\r');
const event = tuple(
  constantFrom('', ': a comment', 'event: a', 'event: b', 'id: 1', 'retry: 10', 'data'),
  constantFrom('data: ', 'data:'),
  payload,
  lineEnd,
).map(([before, field, data, end]) => {
  const lines = data.split('\n').map((line) => `${field}${line}`);
  return [...(before === '' ? [] : [before]), ...lines, '', ''].join(end);
});
const eventStream = tuple(array(event, { maxLength: 5 }), constantFrom('', 'data: {"cut', '\n'))
  .map(([events, tail]) => `${events.join('')}${tail}`)
  .map((text) => ({ type: 'text/event-stream', bytes: Uint8Array.from(Buffer.from(text)) }));
const body: Arbitrary<Pick<Answer, 'type' | 'bytes'>> = oneof(
  { arbitrary: eventStream, weight: 3 },
  json().map((text) => ({ type: 'application/json', bytes: Uint8Array.from(Buffer.from(text)) })),
  string({ unit: 'binary' }).map((text) => ({
    type: 'text/plain; charset=utf-8',
    bytes: Uint8Array.from(Buffer.from(text)),
  })),
  uint8Array().map((bytes) => ({ type: 'image/png', bytes: Uint8Array.from(bytes) })),
);
const answer: Arbitrary<Answer> = tuple(
  body,
  array(integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }),
  option(integer({ min: 0, max: 6 }), { nil: undefined }),
).map(([said, cuts, breaksAfter]) => ({ ...said, cuts, breaksAfter }));

/** Answers once, from no network. */
function answering({ type, bytes, cuts, breaksAfter }: Answer): Fetch {
  return async () => {
    let at = 0;
    let pieces = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        if (pieces === breaksAfter) return controller.error(new TypeError('terminated'));
        if (at >= bytes.length) return controller.close();
        const length = cuts[pieces % cuts.length] ?? 1;
        controller.enqueue(bytes.slice(at, at + length));
        at += length;
        pieces += 1;
      },
    });
    return new Response(stream, { headers: { 'content-type': type } });
  };
}

interface Seen {
  readonly pieces: readonly string[];
  readonly all: Uint8Array<ArrayBuffer>;
  readonly error: string | undefined;
}

async function look(asked: Fetch): Promise<Seen> {
  const { body: stream } = await asked('http://service.test/any');
  const pieces: Uint8Array[] = [];
  let failure: string | undefined;
  try {
    for await (const piece of stream ?? []) pieces.push(Uint8Array.from(piece));
  } catch (error) {
    failure = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
  const all = Uint8Array.from(Buffer.concat(pieces));
  return { pieces: pieces.map((piece) => Buffer.from(piece).toString('hex')), all, error: failure };
}

async function both(given: Answer, chunks: Chunks): Promise<readonly [came: Seen, again: Seen]> {
  const recorder = createCallRecorder({ name: 'any', chunks });
  const came = await look(recordFetch(answering(given), recorder));
  const text = serializeRecording(recorder.finish());
  const recording = parseAnyRecording(text, 'any');
  expect(serializeRecording(recording)).toBe(text);
  if ('events' in recording) throw new TypeError('a session');
  const replay = openCallReplay(recording);
  const again = await look(replay.fetch);
  expect(replay.finish()).toMatchObject({ verdict: 'same', http: 1 });
  return [came, again];
}

/** What the AI SDK makes of the events. */
async function eventsIn({ all }: Seen): Promise<unknown> {
  const stream = new Blob([all]).stream();
  const events: unknown[] = [];
  const parsed = parseJsonEventStream({ stream, schema: z.unknown() });
  for await (const each of parsed) events.push(each.success ? each.value : 'unreadable');
  return events;
}

/** What of an answer comes back, by what it is; of text that broke off within a character nothing is said. */
async function comesBack(given: Answer, seen: Seen, chunks: Chunks): Promise<unknown> {
  const isBroken = given.breaksAfter !== undefined;
  if (given.type === 'application/json') return valueOf(seen);
  if (given.type === 'text/event-stream' && chunks === 'left-out') return eventsIn(seen);
  if (isBroken) return undefined;
  return chunks === 'kept' ? seen.pieces : seen.all;
}

function valueOf({ all }: Seen): unknown {
  const text = Buffer.from(all).toString();
  try {
    return JSON.parse(text);
  } catch {
    // One that broke off: as far as it came.
    return text;
  }
}

test.each(['left-out', 'kept'] as const)(
  'any answer comes back as it came, to the AI SDK or piece by piece, chunks %s',
  async (chunks) => {
    let looked = 0;
    await assert(
      asyncProperty(answer, async (given) => {
        const [came, again] = await both(given, chunks);
        looked += 1;
        expect(again.error).toBe(came.error);
        expect(await comesBack(given, again, chunks)).toEqual(await comesBack(given, came, chunks));
      }),
      { seed, numRuns: 150 },
    );
    expect(looked).toBe(150);
  },
);
