import { z } from 'zod';
import { defineTool, type Tool } from '../tools/define-tool.ts';
import type { Agent } from './define-agent.ts';

export const handoffToolName = 'handoff';

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
