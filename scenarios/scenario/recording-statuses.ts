import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { HarnessError } from '#harness';
import {
  type DefinitionsToday,
  type Drift,
  type DriftPolicy,
  definitionsToday,
  findDrift,
  readPolicy,
  readStory,
  type Story,
} from '#recordings';
import { scenarios } from '../suites/scenario-named.ts';
import type { Scenario } from './define-scenario.ts';
import { replayRecording } from './replay-recording.ts';

/**
 * - `ok`: its agents are told today what they were told then
 * - `drifted`: they are not, or a replay left it, and nobody accepted that
 * - `expired`: a drift of it was accepted until a day that is over
 * - `orphan`: there is no scenario of its name
 * - `missing`: there is a scenario, and no recording of it
 * - `unverified`: it cannot be held against anything: torn, edited, unreadable, or no session
 */
export type RecordingState = 'ok' | 'drifted' | 'expired' | 'orphan' | 'missing' | 'unverified';

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
  /** The day by which to judge what was accepted, YYYY-MM-DD. */
  readonly today: string;
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
  definitions: Today,
  { replay, today, signal }: StatusOptions,
): Promise<RecordingStatus> {
  const story = await readable(() => readStory(file));
  if (typeof story === 'string') {
    return { recording: file, file, state: 'unverified', drift: [], reason: story };
  }
  const recording = story.name;
  const base = { recording, file, drift: [] };
  const scenario = scenarios.find(({ id }) => id === recording);
  if (scenario === undefined) return { ...base, state: 'orphan' };
  const drift = findDrift(story, await definitions(scenario));
  const policy = await readable(() => readPolicy(file));
  if (typeof policy === 'string') return { ...base, state: 'unverified', drift, reason: policy };
  const ended = endedAcceptance(policy, today);
  if (ended !== undefined) return { ...base, state: 'expired', drift, reason: ended };
  if (drift.some((each) => policy[each.class] === undefined)) {
    return { ...base, state: 'drifted', drift };
  }
  const flaw = flawOf(story);
  if (flaw !== undefined) return { ...base, state: 'unverified', reason: flaw };
  if (!replay) return { ...base, state: 'ok', drift };
  const { report } = await replayRecording(file, {
    today,
    ...(signal === undefined ? {} : { signal }),
  });
  return report === undefined
    ? { ...base, state: 'ok', drift }
    : { ...base, state: 'drifted', reason: report };
}

/** What is accepted no longer, and why it once was. */
function endedAcceptance(policy: DriftPolicy, today: string): string | undefined {
  return Object.entries(policy)
    .filter(([, { until }]) => until < today)
    .map(([kind, { until, reason }]) => `${kind} was accepted until ${until}: ${reason}`)
    .at(0);
}

/** What is read, or why it cannot be. */
async function readable<Read extends object>(read: () => Promise<Read>): Promise<Read | string> {
  try {
    return await read();
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
