import { relative } from 'node:path';
import {
  type ChangesSince,
  changesSince,
  type Divergence,
  type Fix,
  fixesFor,
  formatDivergence,
  type ReplayResult,
  type ReplaySessionOptions,
  readPolicy,
  replaySession,
  type ReplayReport as SessionReplayReport,
} from '#recordings';
import { findRecording } from './find-recording.ts';
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
  { today, model, tools = 'recorded', signal }: ReplayRecordingOptions = {},
): Promise<ReplayReport> {
  signal?.throwIfAborted();
  const { scenario, recording, file } = await findRecording(nameOrPath);
  const subject = scenario.subject.assemble({ worldUrl: nowhere });
  const { header } = recording;
  const options = {
    ...(today === undefined ? {} : { drift: { policy: await readPolicy(file), today } }),
    ...(model === undefined ? {} : { asks: { ...header.model, modelId: model } }),
  };
  const { divergence, blocked, ...report } =
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
    network: blocked.length,
  };
  if (divergence === undefined) return common;
  const { agents } = subject;
  const { definitions } = divergence;
  const changes = await changesSince({ recording, agents, definitions, file });
  return {
    ...common,
    divergence: { ...divergence, changes, fix: fixesFor(divergence) },
    report: formatDivergence(divergence, changes),
  };
}

async function withoutTools(
  options: ReplaySessionOptions,
): Promise<Omit<SessionReplayReport, 'events'>> {
  const { events: _, ...report } = await replaySession(options);
  return report;
}
