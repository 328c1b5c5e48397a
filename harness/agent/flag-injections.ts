import type { Log } from '../host/host.ts';
import type { LogFields } from '../host/log-line.ts';
import { detectInjections } from '../safety/injection-detector.ts';
import type { Json } from '../session/event.ts';
import type { RunRequest } from '../session/runner.ts';
import type { Exchanges } from './exchanges.ts';

/**
 * The same exchanges, which tell the log where a message or a tool's result reads like an instruction to the model: what
 * kind and by which way, never the words. It blocks nothing: whoever paraphrases is not seen, so what holds is that results
 * are data and that every effect is decided behind the model.
 */
export function flagInjections(
  exchanges: Exchanges,
  { sessionId, runId }: Pick<RunRequest, 'sessionId' | 'runId'>,
  log: Log,
): Exchanges {
  const look = (value: Json, way: LogFields): void => {
    const flags = detectInjections(value);
    if (flags.length === 0) return;
    const kinds = [...new Set(flags.map(({ kind }) => kind))];
    log.warn('injection-flagged', { sessionId, runId, ...way, kinds, count: flags.length });
  };
  return {
    ...exchanges,
    message: (place, message) => {
      exchanges.message(place, message);
      look(message.text, { step: 'receive-message' });
    },
    tool: async (place, call, execute) => {
      const outcome = await exchanges.tool(place, call, execute);
      const { tool, callId } = call;
      if (outcome.kind === 'completed') look(outcome.output, { tool, callId });
      return outcome;
    },
  };
}
