import type { Divergence } from '../divergence.ts';
import { isAcceptable } from '../policy/drift-policy.ts';
import { shellWord } from './shell-word.ts';

/** What to do about a divergence, by what it is. */
export interface Fix {
  readonly when: string;
  /** A command of this program, or what to do by hand. */
  readonly action: string;
}

/** Where whoever replays it knows more of a recording than its name. */
export interface KnownRecording {
  /** What commands find it by: its file, or its scenario. */
  readonly named: string;
  /** How it is recorded again. */
  readonly again: string;
}

export function fixesFor(divergence: Divergence, known?: KnownRecording): readonly Fix[] {
  const { recording, calls, class: kind } = divergence;
  // A recording of calls is known by its file alone.
  const named = known?.named ?? (calls ? 'FILE' : recording);
  const accepting = `npx groundhog accept ${shellWord(named)} --class ${kind} --reason TEXT --until YYYY-MM-DD`;
  const again = known?.again ?? recordingAgain({ recording, calls });
  return [
    { when: 'the change is meant', action: again },
    ...(isAcceptable(kind) ? [{ when: 'it is meant for a while', action: accepting }] : []),
    { when: 'it is not', action: 'undo it, in the code or in the recording (git diff)' },
  ];
}

/** How to record again what is no longer true. */
export function recordingAgain({
  recording,
  calls,
}: Pick<Divergence, 'recording'> & { readonly calls: true | undefined }): string {
  return calls ? `record the calls of ${recording} again` : `npx groundhog record ${recording}`;
}
