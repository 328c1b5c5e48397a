import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Recording, readRecording, serializeRecording } from '#recordings';
import { recordingPath } from '#scenarios';
import { processMeter } from '../measure/meter.ts';
import type { ArmGroup } from './arm.ts';

// What it costs to read the recordings of a large suite, beside parsing their JSON.
//
//   L1. Sessions of the library, each long enough: what they hold comes again, in later runs.
//   L2. Ours reads the file, checks every line against the format, every reference, and every digest.

const count = 100;
const bytes = 300_000;
/** A conversation, refunds, an escalation, sub-agents: sessions without what only stands in them once. */
const origins = ['M-02', 'R-01', 'T-08', 'H-01', 'S-03'] as const;

const arms = {
  parse: `parse ${count} recordings of ${bytes / 1000} KB`,
  read: `read ${count} recordings of ${bytes / 1000} KB`,
} as const;

export async function openReadRecordings(): Promise<ArmGroup> {
  const folder = await mkdtemp(join(tmpdir(), 'groundhog-bench-'));
  const paths: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const id = origins[index % origins.length] ?? origins[0];
    const path = join(folder, `${index}.jsonl`);
    const origin = await readRecording(recordingPath(id));
    await writeFile(path, serializeRecording(lengthened(origin, bytes)));
    paths.push(path);
  }
  return {
    on: 'memory',
    floor: {
      name: arms.parse,
      includes: 'the files read, each line parsed as JSON and looked at no further',
      sample: () => timed(paths, parseLines),
    },
    cases: [
      {
        name: arms.read,
        includes: 'the files read, every line, reference and digest checked',
        sample: () => timed(paths, readRecording),
      },
    ],
    bars: [
      {
        id: 'L1',
        says: `milliseconds to read ${count} recordings of ${bytes / 1000} KB`,
        arm: arms.read,
        clock: 'cpuMs',
        limit: 500,
      },
    ],
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

async function timed(
  paths: readonly string[],
  read: (path: string) => Promise<unknown>,
): ReturnType<ArmGroup['floor']['sample']> {
  const stop = processMeter();
  for (const path of paths) await read(path);
  return stop(1);
}

/** Decoded line by line: of a file that is decoded as a whole one foreign character makes the whole text twice as wide, and slow. */
async function parseLines(path: string): Promise<void> {
  const file = await readFile(path);
  let start = 0;
  for (let end = file.indexOf('\n'); end !== -1; end = file.indexOf('\n', start)) {
    JSON.parse(file.toString('utf8', start, end));
    start = end + 1;
  }
}

/** The same session over and over, each time in later runs. */
function lengthened(origin: Recording, least: number): Recording {
  const runs = Math.max(...origin.exchanges.map(({ lane }) => Number.parseInt(lane, 10)));
  const times = Math.round(least / JSON.stringify(origin.exchanges).length);
  const exchanges = Array.from({ length: times }, (_, time) =>
    origin.exchanges.map((exchange) => ({
      ...exchange,
      lane: exchange.lane.replace(/^\d+/, (run) => String(Number(run) + time * runs)),
    })),
  ).flat();
  return { ...origin, exchanges };
}
