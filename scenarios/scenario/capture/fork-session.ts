import { type DatabaseOptions, openSessionArchive } from '#harness';
import type { Recording } from '#recordings';
import { locateScenario } from '../../suites/locate-scenario.ts';
import type { Scenario } from '../define-scenario.ts';
import { foundAs } from '../find-recording.ts';
import { keptForkOf } from '../fork/fork-order.ts';
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
  const recording = await capturedIn(database, sessionId, { scenario, as: options.home?.as });
  return forkRecording(foundAs(scenario, recording), { ...options, scenario: like });
}

/** The session as it was when the fork was begun, if it was: it may have gone on since. */
async function capturedIn(
  database: DatabaseOptions,
  sessionId: string,
  { scenario, as }: { readonly scenario: Scenario; readonly as: string | undefined },
): Promise<Recording> {
  await using archive = await openSessionArchive(database);
  const begun = as === undefined ? undefined : await archive.read(as);
  const kept = begun?.runs.flatMap(({ attributes }) => keptForkOf(attributes) ?? []).at(0);
  const { recording } = await captureFrom(archive, sessionId, {
    scenario,
    ...(kept === undefined ? {} : { runs: kept.runs }),
  });
  return recording;
}
