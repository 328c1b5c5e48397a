import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { z } from 'zod';

/** A call of a model, as the AI SDK is about to make it. */
export interface TelemetryCall {
  readonly model: { readonly provider: string; readonly modelId: string };
  readonly options: LanguageModelV4CallOptions;
  readonly isStream: boolean;
}

/** A call of a tool, as the AI SDK is about to make it. */
export interface TelemetryTool {
  /** Of this one call, whatever else bears its id. */
  readonly key: string;
  readonly tool: string;
  readonly callId: string;
  readonly input: unknown;
}

/** What is done where the AI SDK calls. */
export interface TelemetryHandlers {
  readonly model: (
    call: TelemetryCall,
    execute: () => PromiseLike<unknown>,
  ) => PromiseLike<unknown>;
  readonly tool: <Result>(call: TelemetryTool, execute: () => Result) => Result;
  /** What a tool came to, told afterwards. */
  readonly toolEnded?: (key: string, output: unknown) => void;
}

interface Executed<Result> {
  readonly callId: string;
  readonly execute: () => PromiseLike<Result>;
}

/** What `registerTelemetry` of the AI SDK takes. */
export interface AttachedTelemetry {
  readonly onStart: (event: object) => void;
  readonly onStepStart: (event: object) => void;
  readonly onEnd: (event: object) => void;
  readonly onToolExecutionEnd: (event: object) => void;
  readonly executeLanguageModelCall: <Result>(call: Executed<Result>) => PromiseLike<Result>;
  readonly executeTool: <Result>(
    call: Executed<Result> & { readonly toolCallId: string },
  ) => PromiseLike<Result>;
}

/**
 * Stands where the AI SDK calls models and tools, through its telemetry. What a model is asked is told in three events: the
 * operation says whether it streams, the step what its prompt is, and the call itself its settings.
 */
export function attachTelemetry(handlers: TelemetryHandlers): AttachedTelemetry {
  const streams = new Map<string, boolean>();
  const steps = new Map<string, z.infer<typeof stepSchema>>();
  return {
    onStart: (event) => {
      const { callId, operationId } = startSchema.parse(event);
      streams.set(callId, operationId === 'ai.streamText');
    },
    onStepStart: (event) => {
      const step = stepSchema.parse(event);
      steps.set(step.callId, step);
    },
    onEnd: (event) => {
      const { callId } = endSchema.parse(event);
      streams.delete(callId);
      steps.delete(callId);
    },
    onToolExecutionEnd: (event) => {
      const { callId, toolOutput } = toolEndSchema.parse(event);
      handlers.toolEnded?.(`${callId} ${toolOutput.toolCallId}`, toolOutput);
    },
    executeLanguageModelCall: ({ execute, ...event }) =>
      inPlaceOf(async () => {
        const { callId, provider, modelId, ...settings } = callSchema.parse(event);
        const step = steps.get(callId);
        if (step === undefined)
          throw new TypeError(`The AI SDK told of no step of call ${callId}.`);
        const options = {
          ...settings,
          prompt: step.promptMessages,
          tools: step.stepTools,
          toolChoice: step.stepToolChoice,
          responseFormat: await step.output?.responseFormat,
          providerOptions: step.providerOptions,
        };
        const defined = Object.fromEntries(
          Object.entries(options).filter(([, value]) => value !== undefined),
        );
        const model = { provider, modelId };
        const call = { model, options: { prompt: step.promptMessages, ...defined } };
        return handlers.model({ ...call, isStream: streams.get(callId) === true }, execute);
      }),
    executeTool: ({ execute, ...event }) => {
      const { callId, toolCall } = toolSchema.parse(event);
      const { toolCallId, toolName, input } = toolCall;
      const key = `${callId} ${toolCallId}`;
      return handlers.tool({ key, tool: toolName, callId: toolCallId, input }, execute);
    },
  };
}

/** The AI SDK takes what it is given for what its own call would have given; no type can say that it is. */
function inPlaceOf<Result>(answer: () => PromiseLike<unknown>): PromiseLike<Result>;
function inPlaceOf(answer: () => PromiseLike<unknown>): PromiseLike<unknown> {
  return answer();
}

const startSchema = z.looseObject({ callId: z.string(), operationId: z.string() });

const endSchema = z.looseObject({ callId: z.string() });

/** Of the SDK's own making, and of its own types. */
const ofSdk = <Name extends keyof LanguageModelV4CallOptions>() =>
  z.custom<LanguageModelV4CallOptions[Name]>(() => true).optional();

const stepSchema = z.looseObject({
  callId: z.string(),
  // Empty where the agent keeps its inputs out of telemetry: then nothing can be recorded, or compared.
  promptMessages: z.custom<LanguageModelV4CallOptions['prompt']>(
    (value) => Array.isArray(value) && value.length > 0,
    'The AI SDK tells telemetry nothing of its inputs here: leave recordInputs on.',
  ),
  stepTools: ofSdk<'tools'>(),
  stepToolChoice: ofSdk<'toolChoice'>(),
  providerOptions: ofSdk<'providerOptions'>(),
  output: z
    .looseObject({
      responseFormat: z.custom<PromiseLike<LanguageModelV4CallOptions['responseFormat']>>(
        () => true,
      ),
    })
    .optional(),
});

const callSchema = z.object({
  callId: z.string(),
  provider: z.string(),
  modelId: z.string(),
  maxOutputTokens: ofSdk<'maxOutputTokens'>(),
  temperature: ofSdk<'temperature'>(),
  topP: ofSdk<'topP'>(),
  topK: ofSdk<'topK'>(),
  presencePenalty: ofSdk<'presencePenalty'>(),
  frequencyPenalty: ofSdk<'frequencyPenalty'>(),
  stopSequences: ofSdk<'stopSequences'>(),
  seed: ofSdk<'seed'>(),
  reasoning: ofSdk<'reasoning'>(),
});

const toolSchema = z.looseObject({
  callId: z.string(),
  toolCall: z.looseObject({
    toolCallId: z.string(),
    toolName: z.string(),
    input: z.unknown().optional(),
  }),
});

const toolEndSchema = z.looseObject({
  callId: z.string(),
  toolOutput: z.looseObject({ toolCallId: z.string() }),
});
