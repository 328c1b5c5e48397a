import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  importNamed,
  isModulePath,
  recordingBeside,
  recordingPath,
  type Scenario,
  scenarioNamed,
} from '#scenarios';
import type { Scorer } from '../scorers/scorer.ts';
import { scorers } from '../scorers/scorers.ts';
import { isSuite } from './define-suite.ts';
import { suiteNamed } from './suite-named.ts';

/** A suite, what it is scored by, and where things of it are. */
export interface LocatedSuite {
  readonly name: string;
  readonly scenarios: readonly Scenario[];
  readonly scorers: readonly Scorer[];
  /** Path of its baseline. */
  readonly baseline: string;
  /** Path of a scenario's recording. */
  readonly recordingOf: (scenarioId: string) => string;
}

/** A suite of ours by its name, or the one that a file exports as `suite`. Throws SuiteUnknownError or ModuleUnusableError. */
export async function locateSuite(nameOrPath: string): Promise<LocatedSuite> {
  if (!isModulePath(nameOrPath)) {
    const { name, scenarios } = suiteNamed(nameOrPath);
    return {
      name,
      scenarios: scenarios.map(scenarioNamed),
      scorers,
      baseline: fileURLToPath(new URL(`../baselines/${name}.json`, import.meta.url)),
      recordingOf: recordingPath,
    };
  }
  const file = resolve(nameOrPath);
  const own = await importNamed(file, {
    name: 'suite',
    is: isSuite,
    example: 'export const suite = defineSuite({ … });',
  });
  return {
    name: own.name,
    scenarios: own.scenarios,
    scorers: [...scorers, ...(own.scorers ?? [])],
    baseline: join(dirname(file), `${own.name}.json`),
    recordingOf: (scenarioId) => recordingBeside(file, scenarioId),
  };
}
