import { formatDivergence, type Recording, readRecording, replaySession } from '#recordings';
import { locateScenario } from '../suites/locate-scenario.ts';
import { scenarioNamed } from '../suites/scenario-named.ts';
import type { Scenario } from './define-scenario.ts';

export interface ReplayReport {
  readonly recording: string;
  /** `scripted`, or the model whose answers these are. */
  readonly made: string;
  readonly exchanges: number;
  readonly divergences: number;
  /** Requests that tried to leave this process and were stopped. */
  readonly network: number;
  readonly durationMs: number;
  /** The first divergence, in words. */
  readonly report?: string;
}

/** Tools of a full replay never run, so their world need not exist; one that ran all the same would be stopped here. */
const nowhere = 'http://world.invalid';

/**
 * Replays a recording, by its path, or by its scenario: the id, or the file that exports it. No model, no tool, no database,
 * no network.
 */
export async function replayRecording(
  nameOrPath: string,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<ReplayReport> {
  signal?.throwIfAborted();
  const { scenario, recording } = await find(nameOrPath);
  const subject = scenario.subject.assemble({ worldUrl: nowhere });
  const { exchanges, divergences, blocked, durationMs, divergence } = await replaySession({
    recording,
    ...subject,
  });
  return {
    recording: recording.header.name,
    made: recording.header.made,
    exchanges,
    divergences,
    network: blocked.length,
    durationMs,
    ...(divergence === undefined ? {} : { report: formatDivergence(divergence) }),
  };
}

async function find(
  nameOrPath: string,
): Promise<{ readonly scenario: Scenario; readonly recording: Recording }> {
  if (nameOrPath.endsWith('.jsonl')) {
    const recording = await readRecording(nameOrPath);
    return { scenario: scenarioNamed(recording.header.name), recording };
  }
  const { scenario, recording } = await locateScenario(nameOrPath);
  return { scenario, recording: await readRecording(recording) };
}
