import { availableParallelism } from 'node:os';
import { type BarVerdict, judgeBars } from './bars/judge-bars.ts';
import type { ArmGroup } from './cases/arm.ts';
import { openCompaction } from './cases/compaction.ts';
import { openDurableSteps } from './cases/durable-steps.ts';
import { openEventLog } from './cases/event-log.ts';
import type { BackendName } from './cases/open-backend.ts';
import { openReadRecordings } from './cases/read-recordings.ts';
import { openReplays } from './cases/replay.ts';
import { openReplayedCalls, openReplayedCallsBesidePeers } from './cases/replayed-call.ts';
import { measureGroup } from './measure/measure-group.ts';
import { type BenchRow, summarise } from './measure/summarise.ts';

export interface BenchOptions {
  readonly backends: readonly BackendName[];
  /** PostgreSQL to use, in a scratch database; without it one is started from the binaries found. */
  readonly databaseUrl?: string;
  /** Rounds that count. */
  readonly rounds?: number;
  readonly signal?: AbortSignal;
  /** Told what is being measured, a line at a time. */
  readonly progress?: (line: string) => void;
}

export interface BenchResult {
  readonly machine: { readonly node: string; readonly cores: number };
  readonly rounds: number;
  readonly rows: readonly BenchRow[];
  readonly bars: readonly BarVerdict[];
}

/** Enough for the interval of a median to lie within a tenth of it or so. */
const defaultRounds = 55;

/** Measures; judges nothing. One group after the other, as a durable harness is one per process. */
export async function runBench(options: BenchOptions): Promise<BenchResult> {
  const { backends, rounds = defaultRounds, progress = () => undefined } = options;
  const signal = options.signal ?? new AbortController().signal;
  const groups: readonly (() => Promise<ArmGroup>)[] = [
    openReadRecordings,
    openReplays,
    () => openReplayedCalls('generate'),
    () => openReplayedCallsBesidePeers('generate'),
    () => openReplayedCalls('stream'),
    () => openReplayedCallsBesidePeers('stream'),
    openCompaction,
    ...backends.flatMap((backend) => [
      () =>
        openDurableSteps(backend, { ...options, besidePostgres: backends.includes('postgres') }),
      () => openEventLog(backend, options),
    ]),
  ];
  const rows: BenchRow[] = [];
  const bars: BarVerdict[] = [];
  for (const open of groups) {
    signal.throwIfAborted();
    await using group = await open();
    const arms = [group.floor, ...group.cases].map(({ name }) => name);
    progress(`${group.on}: measuring ${arms.join(', ')}`);
    const measured = await measureGroup(group, { ...options, rounds, signal });
    rows.push(...summarise(group, measured));
    bars.push(...judgeBars(group, measured));
  }
  const machine = { node: process.version, cores: availableParallelism() };
  return { machine, rounds, rows, bars };
}
