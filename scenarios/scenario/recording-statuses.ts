import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { HarnessError } from '#harness';
import {
  type DefinitionsToday,
  type Drift,
  definitionsToday,
  findDrift,
  readStory,
  type Story,
} from '#recordings';
import { scenarios } from '../suites/scenario-named.ts';
import type { Scenario } from './define-scenario.ts';
import { replayRecording } from './replay-recording.ts';

/**
 * - `ok`: its agents are told today what they were told then
 * - `drifted`: they are not, or a replay left it
 * - `orphan`: there is no scenario of its name
 * - `missing`: there is a scenario, and no recording of it
 * - `unverified`: it cannot be held against anything: torn, edited, unreadable, or no session
 */
export type RecordingState = 'ok' | 'drifted' | 'orphan' | 'missing' | 'unverified';

export interface RecordingStatus {
  readonly recording: string;
  /** Missing when the recording is. */
  readonly file?: string;
  readonly state: RecordingState;
  readonly drift: readonly Drift[];
  /** Why, where drift does not say it. */
  readonly reason?: string;
}

export interface StatusOptions {
  readonly directory: string;
  /** Whether to replay as well what is not known to drift. */
  readonly replay: boolean;
  /** Whether every scenario ought to be recorded in the directory. */
  readonly complete: boolean;
  readonly signal?: AbortSignal;
}

/** How the recordings below a directory stand to their scenarios, without replaying them unless that is asked for. */
export async function recordingStatuses(
  options: StatusOptions,
): Promise<readonly RecordingStatus[]> {
  const { directory, complete, signal } = options;
  const files: string[] = [];
  for await (const file of glob('**/*.jsonl', { cwd: directory })) files.push(file);
  const today = createToday();
  const statuses: RecordingStatus[] = [];
  for (const file of files.toSorted()) {
    signal?.throwIfAborted();
    statuses.push(await statusOf(join(directory, file), today, options));
  }
  const recorded = new Set(statuses.map(({ recording }) => recording));
  const missing = complete ? scenarios.filter(({ id }) => !recorded.has(id)) : [];
  return [
    ...statuses,
    ...missing.map(({ id }) => ({ recording: id, state: 'missing' as const, drift: [] })),
  ];
}

type Today = (scenario: Scenario) => Promise<DefinitionsToday>;

/** Scenarios share subjects. */
function createToday(): Today {
  const known = new Map<Scenario['subject'], Promise<DefinitionsToday>>();
  return ({ subject }) => {
    const found = known.get(subject);
    if (found !== undefined) return found;
    const { agents } = subject.assemble({ worldUrl: 'http://world.invalid' });
    const asked = definitionsToday(agents);
    known.set(subject, asked);
    return asked;
  };
}

async function statusOf(
  file: string,
  today: Today,
  { replay, signal }: StatusOptions,
): Promise<RecordingStatus> {
  const story = await readable(file);
  if (typeof story === 'string') {
    return { recording: file, file, state: 'unverified', drift: [], reason: story };
  }
  const recording = story.name;
  const base = { recording, file, drift: [] };
  const scenario = scenarios.find(({ id }) => id === recording);
  if (scenario === undefined) return { ...base, state: 'orphan' };
  const drift = findDrift(story, await today(scenario));
  if (drift.length > 0) return { ...base, state: 'drifted', drift };
  const flaw = flawOf(story);
  if (flaw !== undefined) return { ...base, state: 'unverified', reason: flaw };
  if (!replay) return { ...base, state: 'ok' };
  const { report } = await replayRecording(file, signal === undefined ? {} : { signal });
  return report === undefined
    ? { ...base, state: 'ok' }
    : { ...base, state: 'drifted', reason: report };
}

async function readable(file: string): Promise<Story | string> {
  try {
    return await readStory(file);
  } catch (error) {
    if (HarnessError.isInstance(error)) return error.message;
    throw error;
  }
}

function flawOf({ tornAt, editedLines, imported }: Story): string | undefined {
  if (tornAt !== undefined) return `torn at line ${tornAt}`;
  if (editedLines.length > 0) return `edited after it was written: line ${editedLines.join(', ')}`;
  return imported === undefined ? undefined : 'calls without the session they were made in';
}
