import { sep } from 'node:path';
import { formatDivergence, readRecording, replaySession } from '#recordings';
import { scenarioNamed } from '../suites/scenario-named.ts';
import { recordingPath } from './recording-path.ts';

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

/** Replays a recording, by scenario id or by path: no model, no tool, no database, no network. */
export async function replayRecording(
  nameOrPath: string,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<ReplayReport> {
  signal?.throwIfAborted();
  const recording = await readRecording(
    isPath(nameOrPath) ? nameOrPath : recordingPath(scenarioNamed(nameOrPath).id),
  );
  const scenario = scenarioNamed(recording.header.name);
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

/** A scenario's id is never a path: it has no separator and no extension. */
const isPath = (text: string): boolean => text.includes(sep) || text.endsWith('.jsonl');
