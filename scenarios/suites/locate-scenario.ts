import { dirname, join, resolve } from 'node:path';
import { isScenario, type Scenario } from '../scenario/define-scenario.ts';
import { recordingPath } from '../scenario/recording-path.ts';
import { importNamed, isModulePath } from './import-named.ts';
import { scenarioNamed } from './scenario-named.ts';

/** A card, and where things of it are. */
export interface LocatedScenario {
  readonly scenario: Scenario;
  /** What finds it again, from any process: its id, or the absolute path of its file. */
  readonly place: string;
  /** Path of its recording: in the library, or beside the card's own file. */
  readonly recording: string;
}

/** A card of ours by its id, or the one that a file exports as `scenario`. Throws ScenarioUnknownError or ModuleUnusableError. */
export async function locateScenario(idOrPath: string): Promise<LocatedScenario> {
  if (!isModulePath(idOrPath)) {
    const scenario = scenarioNamed(idOrPath);
    return { scenario, place: idOrPath, recording: recordingPath(idOrPath) };
  }
  const place = resolve(idOrPath);
  const scenario = await importNamed(place, {
    name: 'scenario',
    is: isScenario,
    example: 'export const scenario = defineScenario({ … });',
  });
  return { scenario, place, recording: recordingBeside(place, scenario.id) };
}

export const recordingBeside = (file: string, scenarioId: string): string =>
  join(dirname(file), `${scenarioId}.jsonl`);
