import { z } from 'zod';
import {
  type Agent,
  codeTool,
  defineAgent,
  definePrompt,
  defineTool,
  type ToolContext,
} from '#harness';

const getCharges = defineTool({
  name: 'getCharges',
  version: '1',
  owner: 'trials',
  description: 'What was charged.',
  agents: ['billing'],
  input: z.object({}),
  output: z.array(z.number()),
  effect: 'read',
  execute: async () => [4900, 4900],
});

/** An agent that may run programs. */
export const codingAgent: Agent = defineAgent({
  name: 'billing',
  prompt: definePrompt('billing', 'You compute.'),
  handoffs: [],
  turnLimit: 3,
  tools: [getCharges, codeTool({ tools: [getCharges], agents: ['billing'], owner: 'trials' })],
});

const context: ToolContext = {
  sessionId: 's',
  runId: 's/1',
  principal: { id: 'cus_A', role: 'customer', tenant: 'larkspur' },
  now: 0,
  signal: new AbortController().signal,
  idempotencyKey: 's/1/runCode#1',
  records: { get: async () => undefined },
};

/** Runs a program as the agent's model would have it run. */
export async function runCode(agents: readonly Agent[], program: string): Promise<unknown> {
  const tool = agents.flatMap(({ tools }) => tools).find(({ name }) => name === 'runCode');
  if (tool === undefined || tool.effect === 'transactional') {
    throw new TypeError('these agents run no programs');
  }
  return tool.execute({ program }, context);
}
