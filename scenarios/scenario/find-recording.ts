import { type Recording, readRecording } from '#recordings';
import { locateScenario } from '../suites/locate-scenario.ts';
import { scenarioNamed } from '../suites/scenario-named.ts';
import { asHappened, isCaptured } from './capture/session-of.ts';
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
    return { ...foundAs(scenarioNamed(recording.header.name), recording), file };
  }
  const { scenario } = await locateScenario(nameOrPath);
  return { ...foundAs(scenario, recording), file };
}

/** In a session that was captured people said what they said there. */
export function foundAs(scenario: Scenario, recording: Recording): Omit<FoundRecording, 'file'> {
  return {
    scenario: isCaptured(recording) ? asHappened(scenario, recording) : scenario,
    recording,
  };
}
