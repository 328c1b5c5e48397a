import type { ContextUse, Fact } from '../session/event.ts';
import type { Agent } from './define-agent.ts';
import type { ToolCall, ToolResult } from './exchanges.ts';
import { handoffInputSchema, handoffToolName } from './handoff.ts';
import type { CompletedTurn } from './model-turn.ts';

// What a run tells of its steps.

export function turnFacts(
  turn: CompletedTurn,
  agent: Agent,
  context: ContextUse | undefined,
): Fact[] {
  const { text, finishReason, usage, messages } = turn;
  return [
    {
      type: 'model-turn-completed',
      agent: agent.name,
      prompt: agent.prompt.fingerprint,
      text,
      finishReason,
      usage,
      messages: [...messages],
      ...(context === undefined ? {} : { context }),
    },
    ...[...turn.calls, ...turn.refusedCalls].map(({ callId, tool, input }) => ({
      type: 'tool-requested' as const,
      agent: agent.name,
      callId,
      tool,
      input,
    })),
    ...turn.refusedCalls.map(({ callId, tool, error }) => ({
      type: 'tool-failed' as const,
      callId,
      tool,
      error,
    })),
  ];
}

export function resultFacts(
  { callId, tool, input }: ToolCall,
  result: ToolResult,
  agent: Agent,
): Fact[] {
  if (result.kind === 'failed') return [{ type: 'tool-failed', callId, tool, error: result.error }];
  const { output, cached } = result;
  const completed: Fact = {
    type: 'tool-completed',
    callId,
    tool,
    output,
    ...(cached === undefined ? {} : { cached }),
  };
  if (tool !== handoffToolName) return [completed];
  const { to, reason } = handoffInputSchema.parse(input);
  return [completed, { type: 'handed-off', from: agent.name, to, reason }];
}
