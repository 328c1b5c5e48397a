import { locateScenario } from '../suites/locate-scenario.ts';

/** Path of a recording that is named by itself, or by its scenario: the id, or the file that exports it. */
export async function recordingFile(nameOrPath: string): Promise<string> {
  return nameOrPath.endsWith('.jsonl') ? nameOrPath : (await locateScenario(nameOrPath)).recording;
}
