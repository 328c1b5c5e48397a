import { relative, resolve } from 'node:path';
import {
  type ChangesSince,
  changesSince,
  type Divergence,
  type Fix,
  fixesFor,
  formatDivergence,
  type KnownRecording,
  type Recording,
  type ReplayResult,
  type ReplaySessionOptions,
  readPolicy,
  replaySession,
  type ReplayReport as SessionReplayReport,
  shellWord,
} from '#recordings';
import { replayCalls } from './calls/replay-calls.ts';
import { findRecording } from './find-recording.ts';
import { recordingFile } from './recording-file.ts';
import { recordingPath } from './recording-path.ts';
import { replayWithTools } from './replay-with-tools.ts';

/** What a replay came to, as `--json` prints it. */
export interface ReplayReport extends Omit<ReplayResult, 'divergence'> {
  readonly recording: string;
  /** Where it is, from the working directory. */
  readonly file: string;
  /** `scripted`, or the model whose answers these are. */
  readonly made: string;
  readonly divergences: number;
  /** Requests that tried to leave this process and were stopped. */
  readonly network: number;
  /** Which: `GET https://host/path`, `TCP host:5432`. */
  readonly blocked: readonly string[];
  readonly durationMs: number;
  /** The first divergence, what else changed since it was recorded, and what to do. */
  readonly divergence?: Divergence & {
    readonly changes: ChangesSince;
    readonly fix: readonly Fix[];
  };
  /** The same in words. */
  readonly report?: string;
}

export interface ReplayRecordingOptions {
  /** The day by which policies hold or have ended, YYYY-MM-DD; without one nothing is accepted. */
  readonly today?: string;
  /** The model that would be asked today, where it is another than the recorded one. */
  readonly model?: string;
  /** `live`: tools run, in the scenario's world, and must come to what they came to. `recorded` by default: none runs. */
  readonly tools?: 'recorded' | 'live';
  /** The file that exports the agent whose calls are recorded, where they are calls. */
  readonly agent?: string;
  readonly signal?: AbortSignal;
}

/** Tools of a full replay never run, so their world need not exist; one that ran all the same would be stopped here. */
const nowhere = 'http://world.invalid';

/**
 * Replays a recording, by its path, or by its scenario: the id, or the file that exports it. No model, no tool unless tools are
 * live, no database, no network. What is accepted of it stands in its policy file.
 */
export async function replayRecording(
  nameOrPath: string,
  { today, model, tools = 'recorded', agent, signal }: ReplayRecordingOptions = {},
): Promise<ReplayReport> {
  signal?.throwIfAborted();
  if (agent !== undefined) {
    const day = today === undefined ? {} : { today };
    return replayCalls(await recordingFile(nameOrPath), { agent, tools, ...day });
  }
  const { scenario, recording, file } = await findRecording(nameOrPath);
  const subject = scenario.subject.assemble({ worldUrl: nowhere });
  const { header } = recording;
  const options = {
    ...(today === undefined ? {} : { drift: { policy: await readPolicy(file), today } }),
    ...(model === undefined ? {} : { asks: { ...header.model, modelId: model } }),
  };
  const { divergence, ...report } =
    tools === 'live'
      ? await replayWithTools(
          { scenario, recording },
          { ...options, ...(signal === undefined ? {} : { signal }) },
        )
      : await withoutTools({ recording, ...subject, ...options });
  const common = {
    ...report,
    file: relative('', file),
    made: header.made,
    network: report.blocked.length,
  };
  if (divergence === undefined) return common;
  const { agents } = subject;
  const { definitions } = divergence;
  const changes = await changesSince({ recording, agents, definitions, file });
  const known = knownRecording({ nameOrPath, file, recording });
  return {
    ...common,
    divergence: { ...divergence, changes, fix: fixesFor(divergence, known) },
    report: formatDivergence(divergence, { changes, known }),
  };
}

/** What was typed finds it again; a file is written to where it is, and not over the library's of the same scenario. */
function knownRecording({
  nameOrPath,
  file,
  recording: { header },
}: {
  readonly nameOrPath: string;
  readonly file: string;
  readonly recording: Recording;
}): KnownRecording {
  const isFile = nameOrPath.endsWith('.jsonl');
  const isOfLibrary = resolve(file) === recordingPath(header.name);
  const scenario = isFile ? header.name : nameOrPath;
  const words = ['npx', 'groundhog', 'record', scenario];
  if (header.made.startsWith('live:')) words.push('--model', 'live');
  if (isFile && !isOfLibrary) words.push('--out', nameOrPath);
  return { named: nameOrPath, again: words.map(shellWord).join(' ') };
}

async function withoutTools(
  options: ReplaySessionOptions,
): Promise<Omit<SessionReplayReport, 'events'>> {
  const { events: _, ...report } = await replaySession(options);
  return report;
}
