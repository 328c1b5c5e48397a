import { expect, test } from 'vitest';
import { HarnessError, jsonSchema } from '#harness';
import { isSession } from '../../format/call-recording.ts';
import { parseAnyRecording } from '../../format/parse-recording.ts';
import { serializeRecording } from '../../format/serialize-recording.ts';
import {
  isOfLine,
  type Mutation,
  mutate,
  pathsIn,
  signed,
  unsigned,
} from '../../testing/mutation/mutation.ts';
import { orderAgent } from '../../testing/order-agent.ts';
import { openCallReplay } from './open-call-replay.ts';

// As of sessions: one thing of a recording is changed, each in turn, and nothing of that may pass.

const lines = serializeRecording(await orderAgent().record())
  .trim()
  .split('\n')
  .map((line) => jsonSchema.parse(JSON.parse(line)));

/** What a changed file comes to; NOTHING where nobody noticed. */
async function comesTo(text: string): Promise<string> {
  try {
    const recording = parseAnyRecording(text, 'copy.jsonl');
    if (isSession(recording)) return 'another kind';
    const replay = openCallReplay(recording, { tools: 'live' });
    const said = await orderAgent().replay(replay);
    const { verdict } = replay.finish();
    return said === 'I have looked it up.' && verdict === 'same' ? 'NOTHING' : 'another answer';
  } catch (error) {
    if (HarnessError.isInstance(error)) return error.code;
    throw error;
  }
}

const mutations: readonly Mutation[] = lines
  .slice(0, -1)
  .flatMap((line, at): Mutation[] => [
    ...pathsIn(line, 'leaves').map((path): Mutation => ({ kind: 'changed', line: at, path })),
    ...pathsIn(line, 'all').map((path): Mutation => ({ kind: 'removed', line: at, path })),
    ...(['line gone', 'line twice', 'line swapped with the next'] as const).map(
      (kind): Mutation => ({ kind, line: at, path: [] }),
    ),
  ]);

const passing = async (write: typeof signed): Promise<readonly string[]> => {
  const passed: string[] = [];
  for (const mutation of mutations) {
    const { line, path, kind } = mutation;
    const isPassed = (await comesTo(write(mutate(lines, mutation)))) === 'NOTHING';
    if (isPassed) passed.push(`${line} ${kind} ${path.join('/')}`);
  }
  return passed;
};

test('whatever is changed in a recording of calls, its digest tells', async () => {
  expect(await passing(unsigned)).toEqual([]);
  expect(mutations.filter(isOfLine).length).toBeGreaterThan(10);
});

/** Who made it, the order of definitions, how an answer is framed and counted, and what nobody says of a tool any more. */
const saidNowhereElse =
  /^(?:0 |1 line swapped|4 removed effect|[35] \w+ answer\/parts\/\d+(?:$|\/(?:id|modelId|usage|providerMetadata)))/;

test('and so does the replay, where the file says that it was always so, but for what nothing else repeats', async () => {
  const passed = await passing(signed);
  expect(passed.filter((each) => !saidNowhereElse.test(each))).toEqual([]);
  expect(passed.length).toBeLessThan(mutations.length / 2);
});

test('a file with nothing changed comes to nothing', async () => {
  expect(await comesTo(unsigned(lines))).toBe('NOTHING');
});
