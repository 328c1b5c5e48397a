import type { CallExchange } from './call-recording.ts';
import { createPreviousMessages } from './model-request.ts';
import {
  type Definition,
  type Exchange,
  placeName,
  placeOf,
  type RequestDelta,
} from './recording.ts';
import { RecordingInvalidError } from './recording-invalid-error.ts';
import type { Line } from './recording-lines.ts';

/**
 * Checks what no single line can say: ids and places are unique, and requests refer only to what stands before them.
 * @throws RecordingInvalidError naming the line.
 */
export function checkReferences(
  file: string,
  body: {
    readonly definitions: readonly Definition[];
    readonly exchanges: readonly (Exchange | CallExchange)[];
    /** Those of the definitions, then those of the exchanges. */
    readonly lines: readonly Pick<Line, 'number'>[];
  },
): void {
  const { definitions, exchanges } = body;
  const lineAt = (index: number): number => body.lines[index]?.number ?? 0;
  const lines = createLineIndex(file);
  for (const [index, { id }] of definitions.entries()) lines.add(id, lineAt(index));
  const tagOf = new Map(definitions.map(({ id, t }) => [id, t]));
  const previous = createPreviousMessages();
  for (const [index, exchange] of exchanges.entries()) {
    const line = lineAt(definitions.length + index);
    lines.add(`place ${placeName(placeOf(exchange))}`, line);
    if (exchange.t !== 'model') continue;
    const { request, lane } = exchange;
    const kept = previous.before(lane);
    const reason = undefinedReference(request, tagOf) ?? overreach(request, kept.length);
    if (reason !== undefined) throw new RecordingInvalidError({ file, line, reason });
    previous.add(lane, [...kept.slice(0, request.keep), ...request.messages]);
  }
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
