import type { Agent } from '#harness';
import { memoryBacking } from '#harness/testing';
import {
  type DatabaseChanges,
  type Divergence,
  firstPlaces,
  forkPrompts,
  isSession,
  placeName,
  type Recording,
  readAnyRecording,
} from '#recordings';
import { startWorldServer } from '../../desk/world/world-server.ts';
import { locateScenario } from '../../suites/locate-scenario.ts';
import { scenarios } from '../../suites/scenario-named.ts';
import type { Scenario } from '../define-scenario.ts';
import { openModel } from '../open-model.ts';
import { playSession } from '../play-session.ts';
import { recordingFile } from '../recording-file.ts';
import { type DatabaseWatch, watchDatabase } from './watch-database.ts';

/**
 * What each step of a recorded session changed in the database: a recording does not hold it, so its tools run again, in the
 * scenario's simulated world, and must come to what is recorded. Nobody can say it of what is no session of a scenario, nor
 * where today's tools come to something else.
 */
export async function replayChanges(
  nameOrPath: string,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<DatabaseChanges> {
  const recording = await readAnyRecording(await recordingFile(nameOrPath), { torn: 'open' });
  if (!isSession(recording)) {
    return unknown('it holds calls, and not the world in which they were made');
  }
  if (recording.tornAt !== undefined) return unknown('its recording stops before its end');
  const { name } = recording.header;
  const scenario = nameOrPath.endsWith('.jsonl')
    ? scenarios.find(({ id }) => id === name)
    : (await locateScenario(nameOrPath)).scenario;
  if (scenario === undefined) return unknown(`there is no scenario ${name} whose world it was in`);
  return runAgain(scenario, recording, signal);
}

const unknown = (why: string): DatabaseChanges => ({
  kind: 'unknown',
  reason: `Not known: ${why}.`,
});

async function runAgain(
  scenario: Scenario,
  recording: Recording,
  signal: AbortSignal | undefined,
): Promise<DatabaseChanges> {
  await using worldServer = await startWorldServer();
  await using opened = await openModel(scenario, { kind: 'recorded', recording });
  const world = worldServer.createWorld(scenario.world);
  const backing = memoryBacking();
  const watch: DatabaseWatch = watchDatabase(async () => {
    const records = backing.store.readRecords(scenario.id);
    return { world: world.snapshot(), records: await records };
  });
  const { agents } = scenario.subject.assemble({ worldUrl: world.url });
  const told = forkPrompts(agents, ...promptsOf(recording, agents));
  try {
    const { events } = await playSession(scenario, {
      worldUrl: world.url,
      backing,
      model: opened.model,
      exchanges: (inner) => watch.around(told.around(opened.exchanges(inner))),
      observer: watch.observer,
      ...(signal === undefined ? {} : { signal }),
    });
    const divergence = opened.replay()?.finish(events).divergence;
    if (divergence !== undefined) return changedSince(divergence);
    return { kind: 'known', steps: await watch.changes() };
  } catch (error) {
    const divergence = opened.replay()?.divergence();
    if (divergence === undefined) throw error;
    return changedSince(divergence);
  }
}

/** What agents were told from where a fork went its own way; of agents that are gone, nothing: its replay tells. */
function promptsOf(
  recording: Recording,
  agents: readonly Agent[],
): [prompts: Readonly<Record<string, string>>, prefix: ReadonlySet<string>] {
  const { prompts = {}, exchanges = 0 } = recording.header.forkedFrom ?? {};
  const known = Object.entries(prompts).filter(([name]) =>
    agents.some((agent) => agent.name === name),
  );
  return [Object.fromEntries(known), firstPlaces(recording, exchanges)];
}

function changedSince({ at, recording }: Divergence): DatabaseChanges {
  const where = at === undefined ? recording : placeName(at.place);
  return unknown(`run again today, the session leaves its recording at ${where}`);
}
