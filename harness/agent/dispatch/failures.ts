import { HarnessError } from '../../host/harness-error.ts';
import { redactText } from '../../safety/redact.ts';
import type { Failure } from '../../session/event.ts';
import type { Agent } from '../define-agent.ts';
import type { ToolCall, ToolResult } from '../exchanges.ts';

// What the model is told of a call that came to nothing.

/** A refusal speaks for itself; a bug in a tool tells its kind and not its innards. */
export function failureOf(error: unknown): Failure {
  if (HarnessError.isInstance(error)) return { code: error.code, message: safe(error.message) };
  const kind = error instanceof Error ? error.name : typeof error;
  return { code: 'TOOL_BROKEN', message: `The tool failed (${kind}).` };
}

export function notPermitted({ tool }: ToolCall, { name, tools }: Agent): Failure {
  return {
    code: 'TOOL_NOT_PERMITTED',
    message: `${name} cannot use ${tool}; it may use ${tools.map((each) => each.name).join(', ')}.`,
  };
}

export const removed = ({ tool }: ToolCall): Failure => ({
  code: 'TOOL_REMOVED',
  message: `${tool} is not there any more: it was removed since you were offered it.`,
});

export const stale = ({ tool }: ToolCall): Failure => ({
  code: 'APPROVAL_STALE',
  message: `What the approval of ${tool} was judged by has changed since; ask again.`,
});

export const effectUnknown = ({ tool }: ToolCall, why: string): Failure => ({
  code: 'EFFECT_UNKNOWN',
  message: `${tool} ${why}, and nobody knows whether it happened; a person has to find out.`,
});

/** The model is to read first what came meanwhile. */
export const messageArrived = ({ tool }: ToolCall): Failure => ({
  code: 'MESSAGE_ARRIVED',
  message: `${tool} was not used: a new message arrived before. Read it and decide again.`,
});

export const runCancelled = ({ tool }: ToolCall): Failure => ({
  code: 'RUN_CANCELLED',
  message: `${tool} was not used: the run was cancelled.`,
});

/** An effect that was stopped before it began. */
export const notBegun = (call: ToolCall, why: 'steered' | 'cancelled'): ToolResult => ({
  kind: 'failed',
  error: why === 'steered' ? messageArrived(call) : runCancelled(call),
});

/** A message may repeat what the tool was given. */
const safe = (message: string): string => redactText(message, { profile: 'stored' }).value;
