import { z } from 'zod';
import { type AnyRecording, isSession } from '../call-recording.ts';
import { formatVersion } from '../header.ts';
import { parseAnyRecording } from '../parse-recording.ts';
import { endSchema } from '../recording.ts';
import { editedLines, parseLine, readLine, wholeLinesOf } from '../recording-lines.ts';
import { RecordingEditedError } from './recording-edited-error.ts';

// Versions 1 and 2 were two kinds of file, and their lines are lines of version 3:
//
//   version 1   a session: its header said no fidelity. No tool exchange says its effect, no failure how long to wait.
//   version 2   what was imported: its header had a fidelity.
//
// What the older file did not say is not made up: it stays out, and `migratedFrom` tells why.

const olderHeaderSchema = z.discriminatedUnion('v', [
  z.looseObject({ t: z.literal('recording'), v: z.literal(1) }),
  z.looseObject({ t: z.literal('recording'), v: z.literal(2) }),
]);

export interface Lifted {
  readonly from: number;
  readonly recording: AnyRecording;
}

/**
 * The recording that a file of an older version holds, in this version; undefined for one that is of this version already.
 * @throws RecordingEditedError unless edits are accepted; what `parseAnyRecording` throws.
 */
export function liftRecording(
  content: Buffer,
  file: string,
  { acceptEdits }: { readonly acceptEdits: boolean },
): Lifted | undefined {
  const [first, ...rest] = wholeLinesOf(content);
  const older = olderHeaderSchema.safeParse(first && readLine(first, file).value);
  if (first === undefined || !older.success) {
    parseAnyRecording(content, file);
    return undefined;
  }
  const { v: from, ...header } = older.data;
  const lifted = JSON.stringify({
    ...(from === 1 ? { fidelity: 'session' } : {}),
    ...header,
    v: formatVersion,
    migratedFrom: from,
  });
  const behind = content.subarray(first.bytes.length);
  const recording = parseAnyRecording(Buffer.concat([Buffer.from(lifted), behind]), file);
  const last = rest.pop() ?? first;
  const edited = editedLines(
    [first, ...rest],
    parseLine(endSchema, readLine(last, file), file),
    countsOf(recording),
  );
  if (edited.length > 0 && !acceptEdits) throw new RecordingEditedError(file, edited);
  return { from, recording };
}

function countsOf(recording: AnyRecording): {
  readonly exchanges: number;
  readonly events: number;
} {
  const events = isSession(recording) ? recording.events.outline.length : 0;
  return { exchanges: recording.exchanges.length, events };
}
