import { HarnessError } from '#harness';
import { type Recording, readRecording } from '#recordings';
import { locateScenario } from '../suites/locate-scenario.ts';
import { ScenarioUnknownError, scenarioNamed } from '../suites/scenario-named.ts';
import { asHappened, isCaptured } from './capture/session-of.ts';
import type { Scenario } from './define-scenario.ts';
import { recordingFile } from './recording-file.ts';

/** A recording with the scenario it is of. */
export interface FoundRecording {
  readonly scenario: Scenario;
  readonly recording: Recording;
  readonly file: string;
}

/**
 * Finds a recording by its path, or by its scenario: the id, or the file that exports it. `like` names the scenario of a path;
 * the recording's own name does by default, among those that everybody has.
 */
export async function findRecording(nameOrPath: string, like?: string): Promise<FoundRecording> {
  const file = await recordingFile(nameOrPath);
  const recording = await readRecording(file);
  if (nameOrPath.endsWith('.jsonl') && like === undefined) {
    return { ...foundAs(scenarioOf(recording, nameOrPath), recording), file };
  }
  const { scenario } = await locateScenario(like ?? nameOrPath);
  return { ...foundAs(scenario, recording), file };
}

function scenarioOf({ header }: Recording, file: string): Scenario {
  try {
    return scenarioNamed(header.name);
  } catch (error) {
    if (!(error instanceof ScenarioUnknownError)) throw error;
    throw new RecordingOfUnknownError(file, header.name);
  }
}

class RecordingOfUnknownError extends HarnessError {
  constructor(file: string, name: string) {
    super({
      code: 'SCENARIO_UNKNOWN',
      message: `There is no scenario ${name}, of which ${file} says that it is.`,
      hint: 'Name the file that exports it, with the recording beside it; or name both: fork RECORDING --scenario FILE.',
    });
  }
}

/** In a session that was captured people said what they said there. */
export function foundAs(scenario: Scenario, recording: Recording): Omit<FoundRecording, 'file'> {
  return {
    scenario: isCaptured(recording) ? asHappened(scenario, recording) : scenario,
    recording,
  };
}
