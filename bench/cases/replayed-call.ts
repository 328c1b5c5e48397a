import { createOpenAI } from '@ai-sdk/openai';
import type { LanguageModelV4, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { generateText, streamText } from 'ai';
import { type CallRecording, createCallRecorder, openCallReplay, recordModel } from '#recordings';
import { processMeter } from '../measure/meter.ts';
import type { Sample } from '../measure/sample.ts';
import type { Arm, ArmGroup } from './arm.ts';
import { peers, type WireAnswer } from './peers.ts';

// What it costs to replay one recorded call of the AI SDK, beside the least that can stand in for a model, and beside what
// others replay with.
//
//   C1. The least is a model that holds one answer and looks at nothing.
//   C2. Ours opens the recording, compares every request part by part, and says at the end that nothing is left.
//   C3. Whoever answers, the text is compared: a replay that answers something else is not fast.

const pieces = Array.from(
  { length: 200 },
  (_, index) => `piece ${String(index).padStart(3, '0')} `,
);
const pieceLength = 10;
const text = pieces.join('');
const prompt = 'Say something in two hundred pieces.';
/** Calls of one recording. */
const batchSize = 50;
/** Calls of a sample of the others, who take longer for each. */
const peerBatchSize = 10;
/** So often is a batch made in a sample where a call is over at once: a sample is to take long enough to be measured. */
const repeats: Readonly<Record<Kind, number>> = { generate: 10, stream: 1 };

type Kind = 'generate' | 'stream';
/** Makes one call; rejects unless it is answered with the text. */
type Ask = (model: LanguageModelV4) => Promise<void>;

const ask: Readonly<Record<Kind, Ask>> = {
  generate: async (model) => check((await generateText({ model, prompt, maxRetries: 0 })).text),
  stream: async (model) => {
    const { textStream } = streamText({ model, prompt, maxRetries: 0, onError: () => undefined });
    let streamed = '';
    for await (const piece of textStream) streamed += piece;
    check(streamed);
  },
};

function check(answered: string): void {
  if (answered !== text) throw new Error(`answered otherwise: ${answered.slice(0, 100)}`);
}

/** Opens the arms for answers that come whole, or in pieces, beside a model that just holds them. */
export async function openReplayedCalls(kind: Kind): Promise<ArmGroup> {
  const recording = await recorded(kind);
  const model = bareModel();
  const floor = `${kind}: bare model`;
  const replay = `${kind}: replay`;
  return {
    on: 'memory',
    floor: {
      name: floor,
      includes: 'one call of the AI SDK to a model that holds its answer',
      sample: () => timed(() => ask[kind](model), batchSize * repeats[kind]),
    },
    cases: [
      {
        name: replay,
        includes: 'one call to a recording: opened, compared and checked for what is left',
        sample: () => replayAll(recording, kind),
      },
    ],
    bars: [
      {
        id: kind === 'generate' ? 'R1' : 'R2',
        says: 'a replayed call beside a bare model',
        arm: replay,
        against: floor,
        clock: 'cpuMs',
        limit: limits[kind].bare,
      },
    ],
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** Opens the same beside what others replay with. Apart, as what those leave to be collected would fall on the bare model. */
export async function openReplayedCallsBesidePeers(kind: Kind): Promise<ArmGroup> {
  const recording = await recorded(kind);
  const answer = wireAnswer(kind);
  const replay = `${kind}: replay, beside others`;
  return {
    on: 'memory',
    floor: {
      name: replay,
      includes: 'one call to a recording, as above',
      sample: () => replayAll(recording, kind),
    },
    cases: Object.entries(peers).map(
      ([name, open]): Arm => ({
        name: `${kind}: ${name}`,
        includes: `one call through @ai-sdk/openai, its HTTP request answered by ${name}`,
        sample: async () => {
          await using peer = await open(answer);
          await answer.ask(peer.baseUrl);
          return await timed(() => answer.ask(peer.baseUrl), peerBatchSize);
        },
      }),
    ),
    bars: Object.entries(limits[kind].peers).map(([peer, limit]) => ({
      id: `${kind === 'generate' ? 'R1' : 'R2'} ${peer}`,
      says: `a replayed call beside ${peer}`,
      arm: replay,
      against: `${kind}: ${peer}`,
      clock: 'cpuMs',
      limit,
    })),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

interface Limits {
  readonly bare: number;
  readonly peers: Readonly<Record<string, number>>;
}

const limits: Readonly<Record<Kind, Limits>> = {
  generate: { bare: 1.35, peers: { msw: 1 / 15, nock: 1 / 15, aimock: 1 / 5, Polly: 1 / 3 } },
  stream: { bare: 1.1, peers: { msw: 0.7 } },
};

async function timed(call: () => Promise<void>, calls: number): Promise<Sample> {
  const stop = processMeter();
  for (let index = 0; index < calls; index += 1) await call();
  return stop(calls);
}

async function replayAll(recording: CallRecording, kind: Kind): Promise<Sample> {
  const stop = processMeter();
  for (let time = 0; time < repeats[kind]; time += 1) {
    const replay = openCallReplay(recording);
    const model = replay.model();
    for (let index = 0; index < batchSize; index += 1) await ask[kind](model);
    replay.finish();
  }
  return stop(batchSize * repeats[kind]);
}

/** As many calls as a sample makes, recorded from the bare model. */
async function recorded(kind: Kind): Promise<CallRecording> {
  const recorder = createCallRecorder({ name: 'bench', made: 'scripted', pieces: 'kept' });
  const model = recordModel(bareModel(), recorder);
  for (let index = 0; index < batchSize; index += 1) await ask[kind](model);
  return recorder.finish();
}

function bareModel(): LanguageModelV4 {
  const usage = {
    inputTokens: { total: 10, noCache: 10, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: 400, text: 400, reasoning: 0 },
  };
  const finishReason = { unified: 'stop', raw: 'stop' } as const;
  const parts: readonly LanguageModelV4StreamPart[] = [
    { type: 'stream-start', warnings: [] },
    { type: 'text-start', id: '1' },
    ...pieces.map((delta) => ({ type: 'text-delta', id: '1', delta }) as const),
    { type: 'text-end', id: '1' },
    { type: 'finish', finishReason, usage },
  ];
  return {
    specificationVersion: 'v4',
    provider: 'bench',
    modelId: 'bench',
    supportedUrls: {},
    doGenerate: async () => ({
      content: [{ type: 'text', text }],
      finishReason,
      usage,
      warnings: [],
    }),
    doStream: async () => ({ stream: streamOf(parts) }),
  };
}

function streamOf(
  parts: readonly LanguageModelV4StreamPart[],
): ReadableStream<LanguageModelV4StreamPart> {
  let next = 0;
  return new ReadableStream({
    pull: (controller) => {
      const part = parts[next];
      next += 1;
      if (part === undefined) controller.close();
      else controller.enqueue(part);
    },
  });
}

function wireAnswer(kind: Kind): WireAnswer {
  const shared = {
    text,
    pieceLength,
    ask: (baseURL: string) => ask[kind](createOpenAI({ baseURL, apiKey: 'none' }).chat('bench')),
  };
  const head = { id: 'chatcmpl-1', created: 1, model: 'bench' };
  const finish = { index: 0, finish_reason: 'stop' } as const;
  if (kind === 'generate') {
    const message = { role: 'assistant', content: text };
    const usage = { prompt_tokens: 10, completion_tokens: 400, total_tokens: 410 };
    const body = { ...head, object: 'chat.completion', choices: [{ ...finish, message }], usage };
    return {
      ...shared,
      body: JSON.stringify(body),
      contentType: 'application/json',
    };
  }
  const chunk = (choice: object): string =>
    `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices: [choice] })}\n\n`;
  const body = [
    ...pieces.map((content) => chunk({ index: 0, delta: { role: 'assistant', content } })),
    chunk({ ...finish, delta: {} }),
    'data: [DONE]\n\n',
  ];
  return {
    ...shared,
    body: body.join(''),
    contentType: 'text/event-stream',
  };
}
