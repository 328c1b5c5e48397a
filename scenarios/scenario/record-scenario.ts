import { type Config, durableBacking, openHarnessDatabase, type SessionEvent } from '#harness';
import {
  createRecorder,
  type KeptAnswers,
  keepAnswers,
  partialOf,
  verifyRecording,
  writeRecording,
  writeTiming,
} from '#recordings';
import { startWorldServer } from '../desk/world/world-server.ts';
import { locateScenario } from '../suites/locate-scenario.ts';
import type { Scenario } from './define-scenario.ts';
import { openModel } from './open-model.ts';
import { playSession, type SessionOptions } from './play-session.ts';
import { resumePartial } from './resume-partial.ts';
import { scenarioExchanges } from './scenario-exchanges.ts';

export interface RecordOptions {
  /** `scripted`: the scenario's playbook behind an OpenAI-compatible server. `live`: the provider of the environment. */
  readonly model: 'scripted' | 'live';
  readonly config: Config;
  /** Where to; the library by default, or beside the file that exports the scenario. */
  readonly out?: string;
  /** Whether what took how long is written beside it. */
  readonly timing?: boolean;
  /** Whether to go on from what a live model had answered when an earlier recording was cut short. */
  readonly resume?: boolean;
  readonly progress?: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface RecordReport {
  readonly scenario: string;
  /** Path of the file. */
  readonly recording: string;
  readonly made: string;
  readonly exchanges: number;
  /** How many of them an earlier recording had left, which was cut short. */
  readonly resumed?: number;
  /** The file that says how long things took, where they were measured. */
  readonly timing?: string;
  /** It was replayed twice, the second time under another clock and other timings, before it was written. */
  readonly verified: true;
}

/**
 * Plays a scenario on a durable harness over real HTTP to the model, and writes what crossed the seam, if it replays. What a
 * live model answers is kept in `<out>.partial` until then, and a recording that was cut short goes on from there.
 */
export async function recordScenario(
  idOrPath: string,
  options: RecordOptions,
): Promise<RecordReport> {
  const { scenario, recording: ownPlace } = await locateScenario(idOrPath);
  const { config, out = ownPlace, model, progress = () => undefined } = options;
  const secrets = secretsOf(config);
  await using opened = await openModel(
    scenario,
    model === 'live' ? { kind: 'live', config } : { kind: 'scripted-http' },
  );
  await using worldServer = await startWorldServer();
  const world = worldServer.createWorld(scenario.world);
  const subject = scenario.subject.assemble({ worldUrl: world.url });
  const resumed = options.resume ? await resumePartial(out, { scenario, opened }) : undefined;
  const own = scenarioExchanges(scenario);
  const what = {
    inner: resumed?.around(own) ?? own,
    name: scenario.id,
    made: opened.made,
    model: { provider: opened.model.provider, modelId: opened.model.modelId },
    agents: subject.agents,
  };
  const kept =
    model === 'live'
      ? keepAnswers({ ...what, path: out, secrets, resumes: resumed?.exchanges })
      : undefined;
  const recorder = createRecorder({
    ...what,
    ...(kept === undefined ? {} : { inner: kept.exchanges }),
    ...(options.timing === true ? { timing: true } : {}),
  });
  try {
    progress(`${scenario.id}: playing it with the ${model} model`);
    const events = await play(scenario, {
      worldUrl: world.url,
      model: opened.model,
      exchanges: () => recorder.exchanges,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    resumed?.check();
    const recording = recorder.finish(events);
    progress(`${scenario.id}: replaying it twice before it is written`);
    await verifyRecording({ recording, ...subject });
    await writeRecording(out, recording, { secrets });
    await kept?.discard();
    const measured = recorder.timing();
    return {
      scenario: scenario.id,
      recording: out,
      made: opened.made,
      exchanges: recording.exchanges.length,
      ...(resumed === undefined ? {} : { resumed: resumed.exchanges }),
      ...(measured === undefined ? {} : { timing: await writeTiming(out, measured) }),
      verified: true,
    };
  } catch (error) {
    if (kept !== undefined && kept.answers() > 0) progress(leftBehind(kept, out));
    throw error;
  }
}

async function play(
  scenario: Scenario,
  options: SessionOptions & { readonly worldUrl: string },
): Promise<readonly SessionEvent[]> {
  await using database = await openHarnessDatabase({ kind: 'pglite', dataDir: 'memory' });
  const backing = await durableBacking({
    database,
    identity: { application: 'groundhog-record', version: 'record', executorId: 'recorder' },
  });
  const { events } = await playSession(scenario, { ...options, backing });
  return events;
}

/** What was paid for, and how to go on from it. */
function leftBehind(kept: KeptAnswers, out: string): string {
  const failure = kept.failure();
  const all = failure === undefined ? '' : ', and no more than that';
  return `${kept.answers()} answers of the model are kept in ${partialOf(out)}${all}. To go on from there: the same command with --resume`;
}

/** What a recording must not hold. */
export const secretsOf = ({ openAiApiKey }: Config): readonly string[] =>
  openAiApiKey === undefined ? [] : [openAiApiKey];
