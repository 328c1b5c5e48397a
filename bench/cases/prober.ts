import { z } from 'zod';
import { type Agent, defineAgent, definePrompt, defineTool } from '#harness';
import { type Conversation, hasTool, lastToolResult, type Playbook } from '#harness/testing';

/** Operations in one sample of a run. */
export const batchSize = 20;
/** Saved by every step and stored by every INSERT: about 200 bytes, as a small tool result. */
export const payload = { text: 'x'.repeat(190) };

/** What a run is asked for, by its message. */
export const errands = { calls: 'Probe.', turns: 'Probe step by step.' } as const;

const probe = defineTool({
  name: 'probe',
  version: '1',
  owner: 'bench',
  description: 'Answers at once.',
  input: z.strictObject({ call: z.int() }),
  output: z.strictObject({ text: z.string() }),
  effect: 'compute',
  agents: ['prober'],
  execute: async () => payload,
});

export const prober: Agent = defineAgent({
  name: 'prober',
  prompt: definePrompt('prober', 'You probe.'),
  tools: [probe],
  handoffs: [],
  turnLimit: batchSize + 3,
});

/**
 * A batch of operations and one more, so that as many whole periods lie between their beginnings: calls of one turn, or
 * turns of one call each.
 */
export const probing: Playbook = {
  name: 'probing',
  plays: [
    {
      name: 'turn by turn',
      when: (conversation) =>
        isAsked(conversation, errands.turns) && callsIn(conversation) <= batchSize,
      answer: (conversation) => ({
        calls: [{ tool: probe.name, input: { call: callsIn(conversation) } }],
      }),
    },
    {
      name: 'probe',
      when: (conversation) => lastToolResult(conversation, probe.name) === undefined,
      answer: () => ({
        calls: Array.from({ length: batchSize + 1 }, (_, call) => ({
          tool: probe.name,
          input: { call },
        })),
      }),
    },
    {
      name: 'done',
      when: (conversation) => hasTool(conversation, probe.name),
      answer: () => ({ text: 'Done.' }),
    },
  ],
};

function isAsked({ messages }: Conversation, errand: string): boolean {
  return messages.some((message) => message.role === 'user' && message.text === errand);
}

const callsIn = ({ messages }: Conversation): number =>
  messages.filter((message) => message.role === 'tool').length;
