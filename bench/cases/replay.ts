import { readRecording } from '#recordings';
import { recordingPath, replayRecording } from '#scenarios';
import { processMeter } from '../measure/meter.ts';
import type { Arm, ArmGroup } from './arm.ts';

/** What it costs to run a recorded session again, in this process and without a database, beside reading its file. */
export async function openReplays(): Promise<ArmGroup> {
  const id = 'R-01';
  const path = recordingPath(id);
  return {
    on: 'memory',
    floor: {
      name: `read ${id}`,
      includes: 'the recording read, checked and parsed',
      sample: () => timed(10, () => readRecording(path)),
    },
    cases: [
      {
        name: `replay ${id}`,
        includes: 'the recording read, the whole session run again, every exchange matched',
        sample: () => timed(1, () => replayWhole(id)),
      },
    ],
    bars: [],
    [Symbol.asyncDispose]: async () => undefined,
  };
}

async function timed(
  batchSize: number,
  operation: () => Promise<unknown>,
): ReturnType<Arm['sample']> {
  const stop = processMeter();
  for (let index = 0; index < batchSize; index += 1) await operation();
  return stop(batchSize);
}

/** A session that left its recording was not run whole: its time would say nothing. */
async function replayWhole(id: string): Promise<void> {
  const { divergences, report } = await replayRecording(id);
  if (divergences > 0) throw new Error(report ?? `${id} left its recording`);
}
