import { z } from 'zod';
import type { Failure } from '../session/event.ts';
import { defineTool, type Tool } from '../tools/define-tool.ts';
import type { Agent } from './define-agent.ts';

export const handoffToolName = 'handoff';

/**
 * So often control may move within one run. Two agents that both think the other should act would send a customer to and fro
 * until their turns are used up; whoever has the conversation when this is reached has to end it.
 */
export const handoffLimit = 3;

/** What an agent is told who wants to hand over once more. */
export const handoffLimitReached: Failure = {
  code: 'HANDOFF_LIMIT',
  message: `The conversation has been handed over ${handoffLimit} times and stays here: answer it, or escalate it to a person.`,
};

export const handoffInputSchema = z.object({ to: z.string(), reason: z.string() });

/** The tool by which an agent hands the conversation to another: control moves, the transcript stays. */
export function handoffTool(agent: Agent): Tool {
  return defineTool({
    name: handoffToolName,
    version: '1',
    owner: 'harness',
    description: `Hand the conversation over. You will not speak again. To: ${agent.handoffs.join(', ')}.`,
    input: z.object({ to: z.enum(agent.handoffs), reason: z.string().min(1) }),
    output: z.object({ nowSpeaking: z.string() }),
    effect: 'compute',
    agents: [agent.name],
    execute: async ({ to }) => ({ nowSpeaking: to }),
  });
}
