import { relative } from 'node:path';
import { HarnessError } from '#harness';
import {
  type CallRecording,
  type CallReplay,
  type CallReplayReport,
  changesSince,
  type Divergence,
  fixesFor,
  formatDivergence,
  guardNetwork,
  isSession,
  openCallReplay,
  RecordingKindError,
  ReplayDivergedError,
  readAnyRecording,
  readPolicy,
} from '#recordings';
import type { ReplayReport } from '../replay-recording.ts';
import { importCallAgent } from './call-agent.ts';

export interface ReplayCallsOptions {
  /** The file that exports the agent. */
  readonly agent: string;
  /** As of a replay of a session. */
  readonly today?: string;
  readonly tools?: 'recorded' | 'live';
}

/** Replays a recording of calls by the agent that made them: no model is asked, and no tool runs unless tools are live. */
export async function replayCalls(
  file: string,
  { agent: path, today, tools = 'recorded' }: ReplayCallsOptions,
): Promise<ReplayReport> {
  const recording = await readAnyRecording(file);
  if (isSession(recording)) throw new RecordingKindError(file, recording.header);
  const agent = await importCallAgent(path);
  const policy = await readPolicy(file);
  using guard = await guardNetwork({ allow: [] });
  const startedAt = performance.now();
  const replay = openCallReplay(recording, {
    tools,
    ...(today === undefined ? {} : { drift: { policy, today } }),
  });
  const failure = await failureOf(() => agent(replay));
  const { divergence, report } = endOf(replay);
  const { header } = recording;
  // What is missing at the end is missing because the agent died, and of what is what there is to know.
  if (failure !== undefined && divergence?.class === 'MISSING_CALL') {
    throw new AgentFailedError(path, failure);
  }
  const common = {
    recording: header.name,
    file: relative('', file),
    made: header.made,
    exchanges: report === undefined ? 0 : report.models + report.tools + report.http,
    divergences: divergence === undefined ? 0 : 1,
    network: guard.blocked().length,
    blocked: guard.blocked(),
    durationMs: performance.now() - startedAt,
    policies: report?.policies ?? [],
    drifts: report?.drifts ?? [],
    unverifiable: report?.unverifiable ?? [],
  };
  if (report !== undefined) return { ...common, verdict: report.verdict };
  return { ...common, verdict: 'diverged', ...(await told(divergence, { recording, file })) };
}

/** What the agent fails of. That a replay fails it is the replay's to tell. */
async function failureOf(work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  return undefined;
}

type End =
  | { readonly report: CallReplayReport; readonly divergence?: undefined }
  | { readonly report?: undefined; readonly divergence: Divergence };

function endOf(replay: CallReplay): End {
  try {
    return { report: replay.finish() };
  } catch (error) {
    if (error instanceof ReplayDivergedError) return { divergence: error.divergence };
    throw error;
  }
}

async function told(
  divergence: Divergence,
  { recording, file }: { readonly recording: CallRecording; readonly file: string },
): Promise<Pick<ReplayReport, 'divergence' | 'report'>> {
  const { definitions } = divergence;
  const changes = await changesSince({ recording, agents: [], definitions, file });
  const again = `record the calls of ${recording.header.name} again, to ${file}`;
  const known = { named: file, again };
  return {
    divergence: { ...divergence, changes, fix: fixesFor(divergence, known) },
    report: formatDivergence(divergence, { changes, known }),
  };
}

class AgentFailedError extends HarnessError {
  constructor(path: string, cause: unknown) {
    const message = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    super({
      code: 'AGENT_FAILED',
      message: `The agent of ${path} failed before it had asked for all that is recorded: ${message}`,
      hint: 'It must take models and tools from what it is given, and do one conversation.',
      cause,
    });
  }
}
