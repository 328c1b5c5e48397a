import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Agent, Backing, ExchangePlace, Exchanges, MemoryOptions } from '#harness';
import { parseRecording } from '../format/parse-recording.ts';
import { placeName, type Recording } from '../format/recording.ts';
import { serializeRecording } from '../format/serialize-recording.ts';
import {
  type ReplayConditions,
  type ReplayReport,
  replaySession,
} from '../replayer/replay-session.ts';
import { formatDivergence } from '../replayer/report/format-divergence.ts';
import { RecordingNotReplayableError } from './recording-not-replayable-error.ts';

const foreignTimeZone = 'Pacific/Chatham';
/** An hour of a leap day, years from now. */
const foreignStart = Date.UTC(2036, 1, 29, 23, 30);
const turnLimit = 7;

/**
 * Proves that a recording can replay itself before anyone keeps it: read back from its text, and replayed twice, the second
 * time with another clock, in another time zone, with tools that answer late and not in turn. The time zone is the process's,
 * so one recording is verified at a time.
 * @throws RecordingNotReplayableError with the reason.
 */
export async function verifyRecording(options: {
  readonly recording: Recording;
  readonly agents: readonly Agent[];
  readonly entry: string;
  readonly memory?: MemoryOptions;
  /** As of `replaySession`. */
  readonly keeping?: (backing: Backing) => Backing;
  /** Whether to stand guard over the network; it is, by default. */
  readonly guard?: boolean;
}): Promise<void> {
  const { name } = options.recording.header;
  const text = serializeRecording(options.recording);
  const recording = parseRecording(text, name);
  if (serializeRecording(recording) !== text) {
    throw new RecordingNotReplayableError(name, 'its text, read and written again, is another');
  }
  const session = { ...options, recording };
  check(name, await replaySession(session));
  check(name, await inTimeZone(foreignTimeZone, () => replaySession(session, foreignConditions)));
}

const foreignConditions: ReplayConditions = {
  startsAt: foreignStart,
  around: (exchanges: Exchanges) => ({
    ...exchanges,
    tool: async (place, call, execute) => {
      for (let turn = turnsAt(place); turn > 0; turn -= 1) await nextTurn();
      return exchanges.tool(place, call, execute);
    },
  }),
};

/** Scatters answers over event loop turns: the same in every verification, another for each place. */
function turnsAt(place: ExchangePlace): number {
  const sum = Array.from(placeName(place)).reduce(
    (total, character) => total * 31 + character.charCodeAt(0),
    7,
  );
  return sum % turnLimit;
}

async function inTimeZone<Result>(zone: string, run: () => Promise<Result>): Promise<Result> {
  const before = process.env['TZ'];
  process.env['TZ'] = zone;
  try {
    return await run();
  } finally {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  }
}

function check(name: string, { divergence, blocked }: ReplayReport): void {
  if (divergence !== undefined) {
    throw new RecordingNotReplayableError(
      name,
      `its own replay diverges:\n${formatDivergence(divergence)}\n`,
    );
  }
  if (blocked.length > 0) {
    throw new RecordingNotReplayableError(
      name,
      `its replay reaches for the network (${blocked.join(', ')})`,
    );
  }
}
