import { type AttachedTelemetry, attachTelemetry } from '../../calls/telemetry.ts';
import type { CallReplay } from './open-call-replay.ts';
import { generated, streamed } from './replay-call-model.ts';

/**
 * Replays an agent whose code stays as it is, through the telemetry of the AI SDK. It stands in for models only: the SDK does
 * not let telemetry answer a tool. A tool that `replay.tools` has not wrapped is refused before it runs, and the replay has
 * failed; one that is live by the replay's options runs, and the replay is no agreement.
 */
export function attachReplay({ seam }: CallReplay): AttachedTelemetry {
  return attachTelemetry({
    model: async ({ model, options, isStream }) => {
      const answer = seam.answer(options, model);
      return isStream
        ? streamed(answer, options.abortSignal)
        : generated(answer, options.abortSignal);
    },
    tool: (call, execute) => seam.tool(call, execute),
  });
}
