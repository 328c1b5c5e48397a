import { HarnessError } from '#harness';
import type { Scenario } from '#scenarios';
import type { Scorer } from '../scorers/scorer.ts';

/** A suite of somebody's own. Its file exports it as `suite`; its baseline and recordings stand beside that file. */
export interface OwnSuite {
  readonly name: string;
  readonly scenarios: readonly Scenario[];
  /** Asked of every trial after ours. */
  readonly scorers?: readonly Scorer[];
}

/** Checks what types cannot say. Throws SuiteInvalidError. */
export function defineSuite(suite: OwnSuite): OwnSuite {
  const { name, scenarios } = suite;
  const faults = [
    ...(/^[\w-]+$/.test(name)
      ? []
      : ['its name, which names a file, is not made of letters and -']),
    ...(scenarios.length > 0 ? [] : ['it has no scenario']),
    ...(new Set(scenarios.map(({ id }) => id)).size === scenarios.length
      ? []
      : ['two of its scenarios have one id']),
  ];
  if (faults.length > 0) throw new SuiteInvalidError(name, faults);
  checked.add(suite);
  return suite;
}

const checked = new WeakSet<object>();

/** Whether it came out of `defineSuite`: what a file of somebody's own exports may be anything. */
export const isSuite = (value: unknown): value is OwnSuite =>
  typeof value === 'object' && value !== null && checked.has(value);

export class SuiteInvalidError extends HarnessError {
  constructor(name: string, faults: readonly string[]) {
    super({
      code: 'SUITE_INVALID',
      message: `The suite ${name} does not hold together: ${faults.join('; ')}.`,
      hint: 'Correct the suite.',
    });
  }
}
