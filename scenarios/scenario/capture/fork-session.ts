import { type DatabaseOptions, openSessionArchive } from '#harness';
import { locateScenario } from '../../suites/locate-scenario.ts';
import { foundAs } from '../find-recording.ts';
import { type ForkOptions, type ForkReport, forkRecording } from '../fork/fork-recording.ts';
import { captureFrom } from './capture-recording.ts';

/** A session that a database holds goes on otherwise from a place. It is captured, and left as it is. */
export async function forkSession(
  sessionId: string,
  {
    database,
    scenario: like,
    ...options
  }: ForkOptions & { readonly database: DatabaseOptions; readonly scenario: string },
): Promise<ForkReport> {
  const { scenario } = await locateScenario(like);
  await using archive = await openSessionArchive(database);
  const { recording } = await captureFrom(archive, sessionId, { scenario });
  return forkRecording(foundAs(scenario, recording), options);
}
