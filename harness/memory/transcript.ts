import { type ModelMessage, modelMessageSchema, type ToolResultPart } from 'ai';
import type { Fact } from '../session/event.ts';
import { briefing } from './briefing.ts';

/** What the model is shown: the session's facts, read as a conversation. The log is the only memory of it. */
export function transcriptOf(facts: readonly Fact[]): ModelMessage[] {
  const messages: ModelMessage[] = [];
  for (const fact of facts) addToTranscript(messages, fact);
  return messages;
}

/** Adds one fact, so that a run pays for its own length and not for the session's at every turn. */
export function addToTranscript(messages: ModelMessage[], fact: Fact): void {
  switch (fact.type) {
    case 'message-received':
    case 'message-steered':
      messages.push({ role: 'user', content: fact.text });
      return;
    case 'model-turn-completed':
      messages.push(...fact.messages.map((message) => modelMessageSchema.parse(message)));
      return;
    case 'tool-completed':
      addToolResult(messages, fact, { type: 'json', value: fact.output });
      return;
    case 'tool-failed':
      addToolResult(messages, fact, {
        type: 'error-text',
        value: `${fact.error.code}: ${fact.error.message}`,
      });
      return;
    case 'sub-agent-started':
      messages.push({ role: 'user', content: fact.objective });
      return;
    case 'findings-gathered': {
      const { findings, contradictions } = fact;
      messages.push({ role: 'user', content: briefing({ findings, contradictions }) });
      return;
    }
    case 'synthesis-made':
      messages.push({ role: 'user', content: briefing({ synthesis: fact.synthesis }) });
      return;
    case 'run-started':
    case 'plan-made':
    case 'answer-refused':
    case 'plan-abandoned':
    case 'sub-agent-completed':
    case 'sub-agent-failed':
    case 'tools-changed':
    case 'memory-compacted':
    case 'state-migrated':
    case 'tool-requested':
    case 'approval-requested':
    case 'approval-decided':
    case 'handed-off':
    case 'run-completed':
    case 'run-failed':
    case 'run-cancelled':
    case 'session-cleared':
    case 'session-expired':
    case 'run-steered':
    case 'output-withheld':
      return;
  }
}

/** Answers a call, unless the AI SDK has answered it (it does so for calls that do not parse). */
function addToolResult(
  messages: ModelMessage[],
  { callId, tool }: { readonly callId: string; readonly tool: string },
  output: ToolResultPart['output'],
): void {
  const last = messages.at(-1);
  const content = last?.role === 'tool' ? last.content : undefined;
  if (content?.some((part) => part.type === 'tool-result' && part.toolCallId === callId)) return;
  const result: ToolResultPart = {
    type: 'tool-result',
    toolCallId: callId,
    toolName: tool,
    output,
  };
  if (content) content.push(result);
  else messages.push({ role: 'tool', content: [result] });
}
