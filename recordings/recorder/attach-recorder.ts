import type { LanguageModelV4GenerateResult, LanguageModelV4StreamResult } from '@ai-sdk/provider';
import { z } from 'zod';
import { jsonOf } from '../calls/json-of.ts';
import { type AttachedTelemetry, attachTelemetry } from '../calls/telemetry.ts';
import { toolFailureOf } from '../calls/tool-failure.ts';
import type { Settle } from '../calls/watch-tool.ts';
import { requestOf } from '../format/model-request.ts';
import type { CallRecorder } from './call-recorder.ts';
import { observeGenerate, observeStream } from './observe-model.ts';

/**
 * Records an agent whose code stays as it is, through the telemetry of the AI SDK: `registerTelemetry(attachRecorder(recorder))`,
 * or `telemetry: { integrations: [attachRecorder(recorder)] }` of one call. It watches `generateText`, `streamText` and what is built on them: their models, and their
 * tools, of which it sees what they come to and not what they show before. Tools of `recordTools` are left to it.
 */
export function attachRecorder({ log }: CallRecorder): AttachedTelemetry {
  const running = new Map<string, Settle>();
  return attachTelemetry({
    model: ({ model, options, isStream }, execute) => {
      const tell = log.model(model, () => requestOf(options));
      return isStream
        ? observeStream(async () => streamSchema.parse(await log.whole.run(execute)), {
            tell,
            now: log.now,
          })
        : observeGenerate(async () => answerSchema.parse(await log.whole.run(execute)), { tell });
    },
    tool: ({ key, tool, callId, input }, execute) => {
      if (log.wrapped.has(tool)) return execute();
      const { run, settle } = log.tool({ tool, callId, input, signal: undefined });
      running.set(key, settle);
      return run(execute);
    },
    toolEnded: (key, ended) => {
      const { type, output, error, toolName } = endedSchema.parse(ended);
      const settle = running.get(key);
      running.delete(key);
      settle?.(() =>
        type === 'tool-error'
          ? { kind: 'failed', error: toolFailureOf(error) }
          : { kind: 'completed', output: jsonOf(output, `/${toolName}/output`) },
      );
    },
  });
}

const answerSchema = z.custom<LanguageModelV4GenerateResult>(
  (value) => typeof value === 'object' && value !== null && 'content' in value,
);
const streamSchema = z.custom<LanguageModelV4StreamResult>(
  (value) => typeof value === 'object' && value !== null && 'stream' in value,
);
const endedSchema = z.looseObject({
  type: z.string(),
  toolName: z.string(),
  output: z.unknown().optional(),
  error: z.unknown().optional(),
});
