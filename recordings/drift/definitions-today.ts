import type { LanguageModelV4 } from '@ai-sdk/provider';
import { type Agent, createHarness, openExchanges } from '#harness';
import { memoryBacking, scriptedModel, simulatedHost } from '#harness/testing';
import { createRequestPacker, type RequestPacker, requestOf } from '../format/model-request.ts';
import type { Definition } from '../format/recording.ts';

/** By agent: its prompt and its tools, as a model is shown them. */
export type DefinitionsToday = ReadonlyMap<string, readonly Definition[]>;

const principal = { id: 'nobody', role: 'customer', tenant: 'nowhere' };

/** What agents tell a model now. Each is asked for one turn, in memory, and what it then reads is looked at; no tool runs. */
export async function definitionsToday(agents: readonly Agent[]): Promise<DefinitionsToday> {
  const today = new Map<string, readonly Definition[]>();
  for (const { name } of agents) today.set(name, await definitionsOf(name, agents.map(acting)));
  return today;
}

/** A supervisor plans before it acts; what it acts with is what is looked at. */
function acting({ supervises: _, ...agent }: Agent): Agent {
  return agent;
}

async function definitionsOf(
  entry: string,
  agents: readonly Agent[],
): Promise<readonly Definition[]> {
  const packer = createRequestPacker(agents);
  const host = simulatedHost({ startsAt: 0, seed: 1 });
  await using harness = await createHarness({
    agents,
    entry,
    model: listeningModel(packer),
    backing: memoryBacking(host),
    host,
    exchanges: openExchanges,
  });
  await harness.send({ sessionId: 's', messageId: 'm', text: 'Hello.', principal, mode: 'queue' });
  await harness.outcome('m');
  return packer.takeDefinitions();
}

/** Answers in one word, whatever it is asked. */
function listeningModel(packer: RequestPacker): LanguageModelV4 {
  const model = scriptedModel({
    name: 'listener',
    plays: [{ name: 'answer', when: () => true, answer: () => ({ text: 'Noted.' }) }],
  });
  return {
    ...model,
    doStream: async (options) => {
      packer.pack('1', requestOf(options));
      return model.doStream(options);
    },
  };
}
