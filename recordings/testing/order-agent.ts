import type { LanguageModelV4 } from '@ai-sdk/provider';
import { generateText, isStepCount, tool } from 'ai';
import { z } from 'zod';
import { scriptedModel } from '#harness/testing';
import type { CallRecording } from '../format/call-recording.ts';
import { createCallRecorder, recordModel, recordTools } from '../recorder/call-recorder.ts';
import type { CallReplay } from '../replayer/calls/open-call-replay.ts';

/** What may be another about the agent, as somebody would change it. */
export interface OrderAgentOptions {
  readonly instructions?: string;
  /** What its tool is called. */
  readonly tool?: string;
  /** What its tool finds. */
  readonly status?: string;
  readonly modelId?: string;
}

export interface OrderAgent {
  readonly record: () => Promise<CallRecording>;
  /** Asks the agent in a replay; what it throws is the replay's to tell. */
  readonly replay: (replay: CallReplay) => Promise<string | undefined>;
}

/** An agent of the AI SDK: it looks an order up, and says that it has. It answers the same whatever it found. */
export function orderAgent({
  instructions = 'You answer customers. Look before you answer.',
  tool: name = 'findOrder',
  status = 'on its way',
  modelId = 'order-model',
}: OrderAgentOptions = {}): OrderAgent {
  const model: LanguageModelV4 = scriptedModel({
    name: modelId,
    plays: [
      {
        name: 'look',
        when: ({ messages }) => messages.length === 1,
        answer: () => ({ calls: [{ tool: name, input: { id: 'A-7' } }] }),
      },
      { name: 'answer', when: () => true, answer: () => ({ text: 'I have looked it up.' }) },
    ],
  });
  const tools = {
    [name]: tool({
      description: 'Finds an order by its id.',
      inputSchema: z.object({ id: z.string() }),
      execute: ({ id }) => ({ id, status }),
    }),
  };
  const ask = async (asked: typeof model, offered: typeof tools): Promise<string> => {
    const { text } = await generateText({
      model: asked,
      instructions,
      tools: offered,
      prompt: 'Where is my order A-7?',
      stopWhen: isStepCount(3),
      maxRetries: 0,
    });
    return text;
  };
  return {
    record: async () => {
      const recorder = createCallRecorder({ name: 'orders', made: 'scripted' });
      await ask(recordModel(model, recorder), recordTools(tools, recorder, { [name]: 'read' }));
      return recorder.finish();
    },
    replay: async (replay) => ask(replay.model(model), replay.tools(tools)).catch(() => undefined),
  };
}
