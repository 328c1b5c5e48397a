import { ZodError, z } from 'zod';
import { HarnessError } from '../host/harness-error.ts';
import { type Failure, type Json, jsonSchema } from '../session/event.ts';
import type { ProgramLimits } from './program-limits.ts';

/**
 * What a program may call: takes JSON, gives JSON. A HarnessError it throws reaches the program as code and message, any
 * other error as its kind alone. `signal` tells that the program is over and nobody waits for the answer.
 */
export type HostFunction = (input: Json, signal: AbortSignal) => Promise<Json>;

/**
 * The host's end of the bridge: counts, checks and answers. It believes nothing that comes over it, and it never
 * rejects: the engine leaves a rejection unheard when the program is stopped meanwhile.
 */
export interface HostSide {
  readonly call: (name: unknown, inputJson: unknown) => Promise<string>;
  readonly log: (line: unknown) => null;
  readonly logs: readonly string[];
  /** True once the program has asked for more calls than it may make. */
  readonly isExhausted: () => boolean;
}

/** `stop` ends the program and with it the calls that are under way. */
export function openHostSide(
  functions: Readonly<Record<string, HostFunction>>,
  limits: ProgramLimits,
  stop: AbortController,
): HostSide {
  const logs: string[] = [];
  let calls = 0;
  const answer = async (name: string, inputJson: unknown): Promise<Answer> => {
    const execute = Object.hasOwn(functions, name) ? functions[name] : undefined;
    if (execute === undefined) return failed('TOOL_UNKNOWN', `There is no tool ${name}.`);
    try {
      const input = jsonSchema.parse(JSON.parse(String(inputJson)));
      return { kind: 'completed', output: jsonSchema.parse(await execute(input, stop.signal)) };
    } catch (error) {
      return { kind: 'failed', error: failureOf(error) };
    }
  };
  return {
    logs,
    isExhausted: () => calls > limits.hostCalls,
    call: async (asked, inputJson) => {
      const name = typeof asked === 'string' ? asked : typeof asked;
      calls += 1;
      if (calls > limits.hostCalls) {
        stop.abort();
        return JSON.stringify(failed('TOO_MANY_CALLS', 'The program is being stopped.'));
      }
      const text = JSON.stringify(await answer(name, inputJson));
      if (Buffer.byteLength(text) <= limits.hostCallBytes - bridgeMarginBytes) return text;
      return JSON.stringify(
        failed(
          'TOOL_OUTPUT_TOO_LARGE',
          `${name} answered more than ${limits.hostCallBytes} bytes.`,
        ),
      );
    },
    log: (line) => {
      if (typeof line === 'string' && logs.length < limits.logLines) {
        logs.push(line.slice(0, limits.logLineLength));
      }
      return null;
    },
  };
}

/** What is wrapped around a value that crosses the bridge. */
export const bridgeMarginBytes = 1_024;

type Answer =
  | { readonly kind: 'completed'; readonly output: Json }
  | { readonly kind: 'failed'; readonly error: Failure };

const failed = (code: string, message: string): Answer => ({
  kind: 'failed',
  error: { code, message },
});

/** No stack, no cause, no innards: a refusal speaks for itself, a bug tells its kind. */
function failureOf(error: unknown): Failure {
  if (HarnessError.isInstance(error)) return { code: error.code, message: error.message };
  if (error instanceof ZodError) {
    return { code: 'TOOL_VALUE_INVALID', message: z.prettifyError(error) };
  }
  const kind = error instanceof Error ? error.name : typeof error;
  return { code: 'TOOL_BROKEN', message: `The tool failed (${kind}).` };
}
