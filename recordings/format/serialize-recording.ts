import { createHash, hash } from 'node:crypto';
import { type AnyRecording, isSession } from './call-recording.ts';
import type { RecordingEnd } from './recording.ts';
import { RecordingTornError } from './recording-torn-error.ts';

const digestCharacters = 8;

/**
 * The file's text: one line each for the header, the definitions, the exchanges, the events of a session, and the end.
 * @throws RecordingTornError for one that was opened torn: an end would say that it is whole.
 */
export function serializeRecording(recording: AnyRecording): string {
  const { lines, end } = linesOf(recording);
  return textOf([...lines, JSON.stringify(end)]);
}

/** What its end line says of all lines above: which recording it is, to the byte. */
export function hashOf(recording: AnyRecording): string {
  return linesOf(recording).end.hash;
}

function linesOf(recording: AnyRecording): {
  readonly lines: readonly string[];
  readonly end: RecordingEnd;
} {
  const { header, definitions, exchanges, tornAt } = recording;
  if (tornAt !== undefined) throw new RecordingTornError(header.name, tornAt);
  const events = isSession(recording) ? [recording.events] : [];
  const lines = [header, ...definitions, ...exchanges, ...events].map((line) =>
    JSON.stringify(line),
  );
  const count = events.reduce((total, { outline }) => total + outline.length, 0);
  return { lines, end: endOf(lines, { exchanges: exchanges.length, events: count }) };
}

/** The end line that belongs to the lines before it. */
export function endOf(
  lines: readonly string[],
  counts: { readonly exchanges: number; readonly events: number },
): RecordingEnd {
  const digests = createDigests();
  for (const line of lines) digests.add(line);
  return digests.end(counts);
}

/** Takes the digests of lines as they come, for whoever does not hold them all. */
export function createDigests(): {
  readonly add: (line: string | Uint8Array) => void;
  readonly end: (counts: Pick<RecordingEnd, 'exchanges' | 'events'>) => RecordingEnd;
} {
  const whole = createHash('sha256');
  const lines: string[] = [];
  return {
    add: (line) => {
      whole.update(line).update('\n');
      lines.push(hash('sha256', line).slice(0, digestCharacters));
    },
    end: (counts) => ({ t: 'end', ...counts, hash: whole.digest('hex'), lines: [...lines] }),
  };
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
