import type { CallExchange } from './call-recording.ts';
import {
  type Definition,
  type Exchange,
  placeName,
  placeOf,
  type RequestDelta,
} from './recording.ts';
import { RecordingInvalidError } from './recording-invalid-error.ts';

/**
 * Checks what no single line can say: ids and places are unique, and requests refer only to what stands above them. To be told
 * the lines in the order of the file.
 */
export interface ReferenceCheck {
  /** @throws RecordingInvalidError naming the line. */
  readonly definition: (definition: Definition, line: number) => void;
  /** @throws RecordingInvalidError naming the line. */
  readonly exchange: (exchange: Exchange | CallExchange, line: number) => void;
}

export function createReferenceCheck(file: string): ReferenceCheck {
  const names = createLineIndex(file);
  const tagOf = new Map<string, Definition['t']>();
  const messages = createMessageCounts();
  return {
    definition: ({ id, t }, line) => {
      names.add(id, line);
      tagOf.set(id, t);
    },
    exchange: (exchange, line) => {
      names.add(`place ${placeName(placeOf(exchange))}`, line);
      if (exchange.t !== 'model') return;
      const { request, lane } = exchange;
      const reason =
        undefinedReference(request, tagOf) ?? overreach(request, messages.before(lane));
      if (reason !== undefined) throw new RecordingInvalidError({ file, line, reason });
      messages.add(lane, request.keep + request.messages.length);
    },
  };
}

function undefinedReference(
  { system, tools }: RequestDelta,
  tagOf: ReadonlyMap<string, Definition['t']>,
): string | undefined {
  const missing =
    system.find((id) => tagOf.get(id) !== 'prompt') ??
    tools.find((id) => tagOf.get(id) !== 'tool-definition');
  return missing === undefined ? undefined : `nothing defines ${missing}`;
}

function overreach({ keep }: RequestDelta, known: number): string | undefined {
  return keep > known ? `it keeps ${keep} messages of a request that has ${known}` : undefined;
}

/** How many messages the previous request had: of the lane, or of any where the lane has none. */
function createMessageCounts(): {
  readonly before: (lane: string) => number;
  readonly add: (lane: string, count: number) => void;
} {
  const ofLane = new Map<string, number>();
  let latest = 0;
  return {
    before: (lane) => ofLane.get(lane) ?? latest,
    add: (lane, count) => {
      ofLane.set(lane, count);
      latest = count;
    },
  };
}

function createLineIndex(file: string): { readonly add: (name: string, line: number) => void } {
  const lines = new Map<string, number>();
  return {
    add: (name, line) => {
      const earlier = lines.get(name);
      const reason = `${name} is taken by line ${earlier}`;
      if (earlier !== undefined) throw new RecordingInvalidError({ file, line, reason });
      lines.set(name, line);
    },
  };
}
