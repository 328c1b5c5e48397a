import type { Divergence } from '../divergence.ts';
import { isAcceptable } from '../policy/drift-policy.ts';

/** What to do about a divergence, by what it is. */
export interface Fix {
  readonly when: string;
  /** A command of this program, or what to do by hand. */
  readonly action: string;
}

export function fixesFor({ recording, calls, class: kind }: Divergence): readonly Fix[] {
  // A recording of calls is known by its file alone.
  const named = calls ? 'FILE' : recording;
  const accepting = `npx groundhog accept ${named} --class ${kind} --reason TEXT --until YYYY-MM-DD`;
  return [
    { when: 'the change is meant', action: recordingAgain({ recording, calls }) },
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
