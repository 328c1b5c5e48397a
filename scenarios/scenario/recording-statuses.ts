import { existsSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { HarnessError } from '#harness';
import {
  type DefinitionsToday,
  type Divergence,
  type Drift,
  type DriftPolicy,
  definitionsToday,
  findDrift,
  readPolicy,
  readStory,
  type Story,
} from '#recordings';
import { locateScenario } from '../suites/locate-scenario.ts';
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

/** How one recording stands to its scenario. */
export interface RecordingStatus {
  readonly recording: string;
  /** Missing when the recording is. */
  readonly file?: string;
  readonly state: RecordingState;
  readonly drift: readonly Drift[];
  /** Where a replay left it. */
  readonly divergence?: Divergence;
  /** Why, where drift does not say it. */
  readonly reason?: string;
}

export interface StatusOptions {
  /** Whether to replay as well what is not known to drift. */
  readonly replay: boolean;
  /** Who answers for the tools in that replay. */
  readonly tools: 'recorded' | 'live';
  /** The day by which to judge what was accepted, YYYY-MM-DD. */
  readonly today: string;
  readonly signal?: AbortSignal;
}

/** How the recordings below a directory stand to their scenarios, without replaying them unless that is asked for. */
export async function recordingStatuses(
  directory: string,
  options: StatusOptions & {
    /** Whether every scenario ought to be recorded in the directory. */
    readonly complete: boolean;
  },
): Promise<readonly RecordingStatus[]> {
  const { complete, signal } = options;
  const files: string[] = [];
  for await (const file of glob('**/*.jsonl', { cwd: directory })) files.push(file);
  const definitions = createToday();
  const statuses: RecordingStatus[] = [];
  for (const file of files.toSorted()) {
    signal?.throwIfAborted();
    statuses.push(await statusOf(join(directory, file), { ...options, definitions, scenarioOf }));
  }
  const recorded = new Set(statuses.map(({ recording }) => recording));
  return [...statuses, ...scenarios.filter(({ id }) => complete && !recorded.has(id)).map(missing)];
}

/** How one recording stands: named by its file, or by its scenario, the id or the file that exports it. */
export async function recordingStatus(
  nameOrPath: string,
  options: StatusOptions,
): Promise<RecordingStatus> {
  const definitions = createToday();
  if (nameOrPath.endsWith('.jsonl')) {
    return statusOf(nameOrPath, { ...options, definitions, scenarioOf });
  }
  const { scenario, recording } = await locateScenario(nameOrPath);
  if (!existsSync(recording)) return missing(scenario);
  return statusOf(recording, { ...options, definitions, scenarioOf: () => scenario, nameOrPath });
}

const scenarioOf = (name: string): Scenario | undefined => scenarios.find(({ id }) => id === name);

const missing = ({ id }: Scenario): RecordingStatus => ({
  recording: id,
  state: 'missing',
  drift: [],
});

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

interface Standing extends StatusOptions {
  readonly definitions: Today;
  readonly scenarioOf: (recording: string) => Scenario | undefined;
  /** What finds the recording with its scenario, where the file alone does not. */
  readonly nameOrPath?: string;
}

async function statusOf(
  file: string,
  { definitions, scenarioOf: find, nameOrPath = file, ...options }: Standing,
): Promise<RecordingStatus> {
  const story = await readable(() => readStory(file));
  if (typeof story === 'string') {
    return { recording: file, file, state: 'unverified', drift: [], reason: story };
  }
  const recording = story.name;
  const base = { recording, file, drift: [] };
  const scenario = find(recording);
  if (scenario === undefined) return { ...base, state: 'orphan' };
  const drift = findDrift(story, await definitions(scenario));
  const policy = await readable(() => readPolicy(file));
  if (typeof policy === 'string') return { ...base, state: 'unverified', drift, reason: policy };
  const ended = endedAcceptance(policy, options.today);
  if (ended !== undefined) return { ...base, state: 'expired', drift, reason: ended };
  if (drift.some((each) => policy[each.class] === undefined)) {
    return { ...base, state: 'drifted', drift };
  }
  const flaw = flawOf(story);
  if (flaw !== undefined) return { ...base, state: 'unverified', reason: flaw };
  return { ...base, state: 'ok', drift, ...(await replayed(nameOrPath, options)) };
}

/** What only a replay shows, where one is asked for. */
async function replayed(
  nameOrPath: string,
  { replay, tools, today, signal }: StatusOptions,
): Promise<Partial<RecordingStatus>> {
  if (!replay) return {};
  const { report, divergence } = await replayRecording(nameOrPath, {
    today,
    tools,
    ...(signal === undefined ? {} : { signal }),
  });
  if (divergence === undefined || report === undefined) return {};
  return { state: 'drifted', drift: [], divergence, reason: report };
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
