import type { Divergence } from '../divergence.ts';
import { isAcceptable } from '../policy/drift-policy.ts';

/** What to do about a divergence, by what it is. */
export interface Fix {
  readonly when: string;
  /** A command of this program, or what to do by hand. */
  readonly action: string;
}

export function fixesFor({ recording, class: kind }: Divergence): readonly Fix[] {
  const accepting = `npx groundhog accept ${recording} --class ${kind} --reason TEXT --until YYYY-MM-DD`;
  return [
    { when: 'the change is meant', action: `npx groundhog record ${recording}` },
    ...(isAcceptable(kind) ? [{ when: 'it is meant for a while', action: accepting }] : []),
    { when: 'it is not', action: 'undo it, in the code or in the recording (git diff)' },
  ];
}
