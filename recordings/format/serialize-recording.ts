import { createHash } from 'node:crypto';
import type { Recording, RecordingEnd } from './recording.ts';

const digestCharacters = 8;

/** The file's text: one line each for the header, the definitions, the exchanges, the events and the end. */
export function serializeRecording({ header, definitions, exchanges, events }: Recording): string {
  const lines = [header, ...definitions, ...exchanges, events].map((line) => JSON.stringify(line));
  const end = endOf(lines, { exchanges: exchanges.length, events: events.outline.length });
  return textOf([...lines, JSON.stringify(end)]);
}

/** The end line that belongs to the lines before it. */
export function endOf(
  lines: readonly string[],
  counts: { readonly exchanges: number; readonly events: number },
): RecordingEnd {
  return {
    t: 'end',
    ...counts,
    hash: sha256(textOf(lines)),
    lines: lines.map((line) => sha256(line).slice(0, digestCharacters)),
  };
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
