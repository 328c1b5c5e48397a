import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LanguageModelV4 } from '@ai-sdk/provider';
import { generateText, isStepCount, streamText, type ToolSet, tool } from 'ai';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { scriptedModel } from '#harness/testing';
import type { CallRecording } from '../format/call-recording.ts';
import { parseAnyRecording } from '../format/parse-recording.ts';
import { serializeRecording } from '../format/serialize-recording.ts';
import { type CallReplayOptions, openCallReplay } from '../replayer/calls/open-call-replay.ts';
import { ReplayDivergedError } from '../replayer/replay-diverged-error.ts';
import { createCallRecorder, recordModel, recordTools } from './call-recorder.ts';

/** An agent that gives something up, and goes on with something else. */
type Impatient = (model: LanguageModelV4, tools: ToolSet) => Promise<unknown>;

const scripted = scriptedModel({
  name: 'talker',
  plays: [
    {
      name: 'works',
      when: ({ messages }) => JSON.stringify(messages).includes('Work'),
      answer: () => ({ calls: [{ tool: 'work', input: {} }] }),
    },
    { name: 'talks', when: () => true, answer: () => ({ text: 'One two three four five six.' }) },
  ],
});

/** Answers a piece at a time, in pieces of two characters, and as a whole only when nobody waits any more. */
const model: LanguageModelV4 = {
  ...scripted,
  doGenerate: async (options) => {
    if (options.abortSignal === undefined) return scripted.doGenerate(options);
    return new Promise((_, reject) => {
      options.abortSignal?.addEventListener('abort', ({ target }) => reject(reasonOf(target)));
    });
  },
  doStream: async (options) => {
    const { stream } = await scripted.doStream(options);
    return {
      stream: stream.pipeThrough(
        new TransformStream({
          transform: async (part, controller) => {
            await nextTurn();
            options.abortSignal?.throwIfAborted();
            if (part.type !== 'text-delta') return controller.enqueue(part);
            for (const delta of part.delta.match(/.{1,2}/g) ?? []) {
              controller.enqueue({ ...part, delta });
            }
          },
        }),
      ),
    };
  },
};

const reasonOf = (target: EventTarget | null): unknown =>
  target instanceof AbortSignal ? target.reason : undefined;

const untilAborted = (signal: AbortSignal | undefined): Promise<string> =>
  new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason));
  });

const tools = {
  work: tool({
    inputSchema: z.object({}),
    execute: (_, { abortSignal }) => untilAborted(abortSignal),
  }),
};
const bitByBit = {
  work: tool({
    inputSchema: z.object({}),
    async *execute(_, { abortSignal }) {
      yield 'begun';
      await untilAborted(abortSignal);
    },
  }),
};

const goOn = async (asked: LanguageModelV4): Promise<string> => {
  const result = streamText({ model: asked, prompt: 'Next.' });
  return result.text;
};

const givesUpStream: Impatient = async (asked) => {
  const giveUp = new AbortController();
  const { stream } = streamText({ model: asked, prompt: 'Talk.', abortSignal: giveUp.signal });
  const seen: string[] = [];
  for await (const part of stream) {
    if (part.type === 'text-delta') seen.push(part.text);
    if (part.type === 'abort') seen.push('aborted');
    if (seen.length === 3) giveUp.abort();
  }
  return [seen, await goOn(asked)];
};

const givesUpAnswer: Impatient = async (asked) => {
  const asking = { model: asked, prompt: 'Talk.', abortSignal: AbortSignal.timeout(20) };
  const error = await generateText(asking).catch((thrown: Error) => thrown.name);
  return [error, await goOn(asked)];
};

const givesUpTool: Impatient = async (asked, offered) => {
  const giveUp = new AbortController();
  const { stream } = streamText({
    model: asked,
    tools: offered,
    prompt: 'Work.',
    stopWhen: isStepCount(2),
    abortSignal: giveUp.signal,
    onError: () => undefined,
  });
  for await (const part of stream) {
    if (part.type === 'tool-call') setImmediate(() => giveUp.abort());
  }
  return goOn(asked);
};

async function record(agent: Impatient, offered: ToolSet) {
  const recorder = createCallRecorder({ name: 'impatient', made: 'scripted' });
  const said = await agent(recordModel(model, recorder), recordTools(offered, recorder));
  const text = serializeRecording(recorder.finish());
  const recording = parseAnyRecording(text, 'impatient');
  if ('events' in recording) throw new TypeError('calls were recorded as a session');
  return { recording, said };
}

async function replayed(
  recording: CallRecording,
  { agent, offered, options }: { agent: Impatient; offered: ToolSet; options: CallReplayOptions },
) {
  const replay = openCallReplay(recording, options);
  const said = await agent(replay.model(model), replay.tools(offered));
  return { said, report: replay.finish() };
}

test.for([
  ['a stream', givesUpStream, tools, 'recorded'],
  ['an answer', givesUpAnswer, tools, 'recorded'],
  ['a tool', givesUpTool, tools, 'recorded'],
  ['a tool that runs', givesUpTool, tools, 'live'],
  ['a tool that answers bit by bit', givesUpTool, bitByBit, 'recorded'],
  ['one that does so and runs', givesUpTool, bitByBit, 'live'],
] as const)(
  '%s that the agent gave up is given up again, and what follows is what followed',
  async ([, agent, offered, live]) => {
    const { recording, said } = await record(agent, offered);
    const codes = recording.exchanges.flatMap((each) =>
      each.t === 'model' && each.answer.error ? [each.answer.error.code] : [],
    );
    const outcomes = recording.exchanges.flatMap((each) =>
      each.t === 'tool' && each.outcome.kind === 'failed' ? [each.outcome.error.code] : [],
    );
    expect([...codes, ...outcomes]).toEqual([
      expect.stringMatching(/^(?:MODEL|TOOL)_CALL_GIVEN_UP$/),
    ]);
    const again = await replayed(recording, { agent, offered, options: { tools: live } });
    expect(again.said).toEqual(said);
    expect(again.report).toMatchObject({ verdict: 'same' });
  },
);

test('whoever reads on where a stream was given up is told, where they wait', async () => {
  const { recording } = await record(givesUpStream, tools);
  const replay = openCallReplay(recording);
  const { stream } = streamText({ model: replay.model(model), prompt: 'Talk.' });
  for await (const part of stream) if (part.type === 'text-delta') break;
  await nextTurn();
  await goOn(replay.model(model));
  expect(() => replay.finish()).toThrow(ReplayDivergedError);
  expect(replay.divergence()).toMatchObject({
    class: 'EXTRA_CALL',
    at: { place: { lane: 'main', ordinal: 0 } },
    note: expect.stringContaining('gave it up'),
  });
});

test('a live tool that is given up no more has come to something else', async () => {
  const { recording } = await record(givesUpTool, tools);
  const replay = openCallReplay(recording, { tools: 'live' });
  const done = { work: tool({ inputSchema: z.object({}), execute: async () => 'done' }) };
  await givesUpTool(replay.model(model), replay.tools(done)).catch(() => undefined);
  expect(() => replay.finish()).toThrow(ReplayDivergedError);
  expect(replay.divergence()).toMatchObject({ class: 'TOOL_RESULT' });
});
