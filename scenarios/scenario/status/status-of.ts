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
import { replayCalls } from '../calls/replay-calls.ts';
import type { Scenario } from '../define-scenario.ts';
import { type ReplayReport, replayRecording } from '../replay-recording.ts';

/**
 * - `ok`: its agents are told today what they were told then
 * - `drifted`: they are not, or a replay left it, and nobody accepted that
 * - `expired`: a drift of it was accepted until a day that is over
 * - `orphan`: there is no scenario of its name
 * - `missing`: there is a scenario, and no recording of it
 * - `unverified`: it cannot be held against anything: torn, edited, unreadable, or calls of an agent that is not named
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
  /** The file that exports the agent whose calls are recorded: those are replayed, for nothing else shows what it asks today. */
  readonly agent?: string;
  /** The day by which to judge what was accepted, YYYY-MM-DD. */
  readonly today: string;
  readonly signal?: AbortSignal;
}

type Today = (scenario: Scenario) => Promise<DefinitionsToday>;

/** Scenarios share subjects. */
export function createToday(): Today {
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
  /** The scenario of that name, and what finds it with this recording of it. */
  readonly find: (
    recording: string,
  ) => { readonly scenario: Scenario; readonly nameOrPath: string } | undefined;
}

/** How the recording in a file stands. */
export async function statusOf(
  file: string,
  { definitions, find, ...options }: Standing,
): Promise<RecordingStatus> {
  const story = await readable(() => readStory(file));
  if (typeof story === 'string') {
    return { recording: file, file, state: 'unverified', drift: [], reason: story };
  }
  const recording = story.name;
  const base = { recording, file, drift: [] };
  if (story.imported !== undefined) return { ...base, ...(await ofCalls(file, story, options)) };
  const found = find(recording);
  if (found === undefined) return { ...base, state: 'orphan', reason: notFound };
  const drift = findDrift(story, await definitions(found.scenario));
  const policy = await readable(() => readPolicy(file));
  if (typeof policy === 'string') return { ...base, state: 'unverified', drift, reason: policy };
  const ended = endedAcceptance(policy, options.today);
  if (ended !== undefined) return { ...base, state: 'expired', drift, reason: ended };
  if (drift.some((each) => policy[each.class] === undefined)) {
    return { ...base, state: 'drifted', drift };
  }
  const flaw = flawOf(story);
  if (flaw !== undefined) return { ...base, state: 'unverified', reason: flaw };
  if (!options.replay) return { ...base, state: 'ok', drift };
  const { today, tools, signal } = options;
  const report = await replayRecording(found.nameOrPath, {
    today,
    tools,
    ...(signal === undefined ? {} : { signal }),
  });
  return { ...base, ...(report.divergence === undefined ? { drift } : {}), ...byReplay(report) };
}

const notFound = 'no scenario has this name; one of yours is named beside it, by its file';

type Standpoint = Pick<RecordingStatus, 'state' | 'reason' | 'divergence'>;

/** Calls stand to the agent that asked for them, which their file does not name. */
async function ofCalls(file: string, story: Story, options: StatusOptions): Promise<Standpoint> {
  const { agent, today, tools } = options;
  const flaw = flawOf(story);
  if (flaw !== undefined) return { state: 'unverified', reason: flaw };
  if (agent === undefined) return { state: 'unverified', reason: callsAlone(story) };
  const policy = await readable(() => readPolicy(file));
  if (typeof policy === 'string') return { state: 'unverified', reason: policy };
  const ended = endedAcceptance(policy, today);
  if (ended !== undefined) return { state: 'expired', reason: ended };
  return byReplay(await replayCalls(file, { agent, today, tools }));
}

function callsAlone({ imported }: Story): string {
  return imported?.source === ''
    ? 'calls of an agent: its test replays them, or --agent FILE, which exports it'
    : 'imported calls: groundhog verify drives them, and --agent FILE replays them by an agent';
}

/** What only a replay shows. */
function byReplay({ report, divergence, unverifiable }: ReplayReport): Standpoint {
  if (divergence !== undefined && report !== undefined) {
    return { state: 'drifted', divergence, reason: report };
  }
  const [first] = unverifiable;
  return first === undefined
    ? { state: 'ok' }
    : { state: 'unverified', reason: first.note ?? 'not all of it can be compared' };
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

function flawOf({ tornAt, editedLines }: Story): string | undefined {
  if (tornAt !== undefined) return `torn at line ${tornAt}`;
  if (editedLines.length > 0) return `edited after it was written: line ${editedLines.join(', ')}`;
  return undefined;
}
