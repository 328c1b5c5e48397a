import type { LanguageModelV4 } from '@ai-sdk/provider';
import {
  isStepCount,
  type ModelMessage,
  Output,
  type StepResult,
  tool as sdkTool,
  streamText,
  type ToolSet,
} from 'ai';
import type { Host } from '../host/host.ts';
import { ModelCallError } from '../model/model-call-error.ts';
import { redact, redactText } from '../safety/redact.ts';
import { type Failure, jsonSchema, type Usage } from '../session/event.ts';
import { type Asked, watchAsked } from './asked.ts';
import type { Agent } from './define-agent.ts';
import type { ToolCall } from './exchanges.ts';
import { handoffTool } from './handoff.ts';
import { redactMessages } from './redact-messages.ts';
import { UnusableTurnError } from './unusable-turn-error.ts';

/** What one model call came to: saved as the result of its step. */
export type ModelTurn =
  | {
      readonly kind: 'completed';
      readonly text: string;
      readonly finishReason: string;
      readonly usage: Usage;
      /** The turn as the AI SDK's response messages. */
      readonly messages: readonly unknown[];
      readonly calls: readonly ToolCall[];
      /** Calls that do not parse (unknown tool, wrong input): the SDK has answered them in `messages`. */
      readonly refusedCalls: readonly RefusedCall[];
      /** Missing in what versions saved that did not keep it. */
      readonly asked?: Asked;
    }
  | { readonly kind: 'failed'; readonly error: Failure; readonly asked?: Asked }
  /** The run was asked to end before the call was made. */
  | { readonly kind: 'cancelled' };

export type CompletedTurn = Extract<ModelTurn, { kind: 'completed' }>;

export interface RefusedCall extends ToolCall {
  readonly error: Failure;
}

export interface ModelCall {
  readonly agent: Agent;
  readonly model: LanguageModelV4;
  readonly messages: readonly ModelMessage[];
  /** Told of the text as it streams. */
  readonly onText: (text: string) => Promise<void>;
}

/** How often one model call is tried before the turn fails, and how long the first pause is; each further one doubles. */
const attemptLimit = 3;
const firstPauseMs = 500;
/** A provider that is silent for this long has failed. */
const silenceLimitMs = 60_000;

/**
 * One streamed model call: one durable step. The SDK runs no tool and retries nothing; a call that fails before its first
 * text is tried again here, one that fails later is not, because half an answer has been shown.
 */
export async function takeModelTurn(call: ModelCall, host: Host): Promise<ModelTurn> {
  const { model, asked: lastAsked } = watchAsked(call.model);
  const turn = await tryModelTurn({ ...call, model }, host);
  const asked = lastAsked();
  return asked === undefined ? turn : { ...turn, asked };
}

async function tryModelTurn(
  call: ModelCall,
  host: Host,
): Promise<Extract<ModelTurn, { kind: 'completed' | 'failed' }>> {
  for (let attempt = 1; ; attempt += 1) {
    let streamed = false;
    try {
      return await callModel({
        ...call,
        onText: (text) => {
          streamed = true;
          return call.onText(text);
        },
      });
    } catch (error) {
      const failure = ModelCallError.from(error);
      if (streamed || !failure.retryable || attempt === attemptLimit) {
        return { kind: 'failed', error: { code: failure.code, message: failure.message } };
      }
      await host.clock.sleep(firstPauseMs * 2 ** (attempt - 1));
    }
  }
}

async function callModel({ agent, model, messages, onText }: ModelCall): Promise<CompletedTurn> {
  const result = streamText({
    model,
    instructions: agent.prompt.text,
    messages: [...messages],
    tools: toolsOf(agent),
    ...(agent.output === undefined ? {} : { output: Output.object({ schema: agent.output }) }),
    stopWhen: isStepCount(1),
    maxRetries: 0,
    timeout: { firstChunkMs: silenceLimitMs, chunkMs: silenceLimitMs },
    // Without storage at the provider each request carries its whole text: it can be recorded and replayed.
    providerOptions: { openai: { store: false } },
    // Whoever registers telemetry for this process would be told prompts and answers as they are, before anything is redacted.
    telemetry: { isEnabled: false },
    // The default prints to the console; the part below carries the same error.
    onError: () => undefined,
  });
  for await (const part of result.stream) {
    if (part.type === 'text-delta') await onText(part.text);
    else if (part.type === 'error') throw part.error;
    else if (part.type === 'abort')
      throw new UnusableTurnError(`the call was aborted (${part.reason ?? 'no reason given'})`);
  }
  return completed(await result.finalStep);
}

function completed(step: StepResult<ToolSet>): CompletedTurn {
  // A cut stream ends without an error, as `interrupted` or `other`: taken as an answer it would be saved for ever.
  if (step.finishReason !== 'stop' && step.finishReason !== 'tool-calls') {
    throw new UnusableTurnError(`it ended with '${step.finishReason}', not 'stop' or 'tool-calls'`);
  }
  const calls = step.toolCalls.map((call) => ({
    callId: call.toolCallId,
    tool: call.toolName,
    input: redact(jsonSchema.parse(call.input), { profile: 'stored' }).value,
    refusal: call.invalid === true ? call.error : undefined,
  }));
  if (new Set(calls.map((call) => call.callId)).size < calls.length) {
    throw new UnusableTurnError(
      `two of its tool calls share an id (${calls.map((call) => call.callId).join(', ')})`,
    );
  }
  return {
    kind: 'completed',
    text: redactText(step.text, { profile: 'stored' }).value,
    finishReason: step.finishReason,
    usage: {
      inputTokens: step.usage.inputTokens ?? 0,
      outputTokens: step.usage.outputTokens ?? 0,
    },
    messages: redactMessages(step.response.messages),
    calls: calls
      .filter((call) => call.refusal === undefined)
      .map(({ refusal: _, ...call }) => call),
    refusedCalls: calls.flatMap(({ refusal, ...call }) =>
      refusal === undefined ? [] : [{ ...call, error: refused(refusal) }],
    ),
  };
}

function refused(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  // The SDK's message repeats the input.
  return { code: 'TOOL_CALL_INVALID', message: redactText(message, { profile: 'stored' }).value };
}

/** The agent's tools as the model sees them: none carries `execute`, so only the harness runs tools. */
function toolsOf(agent: Agent): ToolSet {
  const tools = agent.handoffs.length === 0 ? agent.tools : [...agent.tools, handoffTool(agent)];
  return Object.fromEntries(
    tools.map((each) => [
      each.name,
      sdkTool({ description: each.description, inputSchema: each.input }),
    ]),
  );
}
