import { type Config, HarnessError } from '#harness';
import type { Scenario } from '#scenarios';

export type PlaybookName = keyof Scenario['playbooks'];

export interface EvalOptions {
  /** Path of the baseline; the suite's committed one by default. */
  readonly baseline?: string;
  /** Who answers. `recorded`: the committed recordings, with the tools live against a fresh world. */
  readonly model: 'recorded' | 'scripted' | 'live';
  /** What the scripted model plays; `gold` by default. */
  readonly playbook?: PlaybookName;
  /** Writes what was measured as the new baseline, if every trial was scored. */
  readonly updateBaseline?: boolean;
  readonly config: Config;
  readonly signal?: AbortSignal;
  /** Told of each trial as it ends, and of a baseline that was written. */
  readonly progress?: (line: string) => void;
}

/** Throws EvalOptionsError when two options do not go together. */
export function checkOptions({ model, playbook, updateBaseline }: EvalOptions): void {
  if (playbook !== undefined && model !== 'scripted') {
    throw new EvalOptionsError(
      `Only the scripted model plays a playbook, and ${model} was asked to play ${playbook}.`,
      'Add --model scripted, or leave the playbook out.',
    );
  }
  if (updateBaseline === true && playbook !== undefined && playbook !== 'gold') {
    throw new EvalOptionsError(
      `The playbook ${playbook} is there to fail and makes no baseline.`,
      'Leave --update-baseline or --playbook out.',
    );
  }
}

export class EvalOptionsError extends HarnessError {
  constructor(message: string, hint: string) {
    super({ code: 'EVAL_OPTIONS', message, hint });
  }
}
