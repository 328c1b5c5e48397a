import { type Config, durableBacking, openHarnessDatabase } from '#harness';
import { createRecorder, verifyRecording, writeRecording, writeTiming } from '#recordings';
import { startWorldServer } from '../desk/world/world-server.ts';
import { locateScenario } from '../suites/locate-scenario.ts';
import { openModel } from './open-model.ts';
import { playSession } from './play-session.ts';

export interface RecordOptions {
  /** `scripted`: the scenario's playbook behind an OpenAI-compatible server. `live`: the provider of the environment. */
  readonly model: 'scripted' | 'live';
  readonly config: Config;
  /** Where to; the library by default, or beside the file that exports the scenario. */
  readonly out?: string;
  /** Whether what took how long is written beside it. */
  readonly timing?: boolean;
  readonly progress?: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface RecordReport {
  readonly scenario: string;
  /** Path of the file. */
  readonly recording: string;
  readonly made: string;
  readonly exchanges: number;
  /** The file that says how long things took, where they were measured. */
  readonly timing?: string;
  /** It was replayed twice, the second time under another clock and other timings, before it was written. */
  readonly verified: true;
}

/** Plays a scenario on a durable harness over real HTTP to the model, and writes what crossed the seam, if it replays. */
export async function recordScenario(
  idOrPath: string,
  options: RecordOptions,
): Promise<RecordReport> {
  const { scenario, recording: ownPlace } = await locateScenario(idOrPath);
  const { config, out = ownPlace, progress = () => undefined, signal } = options;
  const { id } = scenario;
  await using opened = await openModel(
    scenario,
    options.model === 'live' ? { kind: 'live', config } : { kind: 'scripted-http' },
  );
  await using database = await openHarnessDatabase({ kind: 'pglite', dataDir: 'memory' });
  await using worldServer = await startWorldServer();
  const world = worldServer.createWorld(scenario.world);
  const subject = scenario.subject.assemble({ worldUrl: world.url });
  const recorders: ReturnType<typeof createRecorder>[] = [];
  progress(`${id}: playing it with the ${options.model} model`);
  const { provider, modelId } = opened.model;
  const session = await playSession(scenario, {
    worldUrl: world.url,
    model: opened.model,
    backing: await durableBacking({
      database,
      identity: { application: 'groundhog-record', version: 'record', executorId: 'recorder' },
    }),
    exchanges: (inner) => {
      const recorder = createRecorder({
        inner,
        name: id,
        made: opened.made,
        model: { provider, modelId },
        agents: subject.agents,
        ...(options.timing === true ? { timing: true } : {}),
      });
      recorders.push(recorder);
      return recorder.exchanges;
    },
    ...(signal === undefined ? {} : { signal }),
  });
  const [recorder] = recorders;
  if (recorder === undefined) throw new TypeError('a session was played without its exchanges');
  const recording = recorder.finish(session.events);
  progress(`${id}: replaying it twice before it is written`);
  await verifyRecording({ recording, ...subject });
  await writeRecording(out, recording, { secrets: secretsOf(config) });
  const measured = recorder.timing();
  const timing = measured && (await writeTiming(out, measured));
  return {
    scenario: id,
    recording: out,
    made: opened.made,
    exchanges: recording.exchanges.length,
    ...(timing === undefined ? {} : { timing }),
    verified: true,
  };
}

/** What a recording must not hold. */
export const secretsOf = ({ openAiApiKey }: Config): readonly string[] =>
  openAiApiKey === undefined ? [] : [openAiApiKey];
