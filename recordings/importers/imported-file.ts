import type { CallRecording } from '../format/call-recording.ts';
import { isSession } from '../format/call-recording.ts';
import { readAnyRecording } from '../format/recording-file.ts';
import { RecordingKindError } from '../format/recording-kind-error.ts';

/** Reads a recording of calls, such as an import. @throws RecordingKindError for a session; what `readRecording` throws. */
export async function readImported(path: string): Promise<CallRecording> {
  const recording = await readAnyRecording(path);
  if (isSession(recording)) throw new RecordingKindError(path, recording.header);
  return recording;
}
