import { type Recording, readRecording } from '#recordings';
import { locateScenario } from '../suites/locate-scenario.ts';
import { scenarioNamed } from '../suites/scenario-named.ts';
import type { Scenario } from './define-scenario.ts';
import { recordingFile } from './recording-file.ts';

/** A recording with the scenario it is of. */
export interface FoundRecording {
  readonly scenario: Scenario;
  readonly recording: Recording;
  readonly file: string;
}

/** Finds a recording by its path, or by its scenario: the id, or the file that exports it. */
export async function findRecording(nameOrPath: string): Promise<FoundRecording> {
  const file = await recordingFile(nameOrPath);
  const recording = await readRecording(file);
  if (nameOrPath.endsWith('.jsonl')) {
    return { scenario: scenarioNamed(recording.header.name), recording, file };
  }
  const { scenario } = await locateScenario(nameOrPath);
  return { scenario, recording, file };
}
