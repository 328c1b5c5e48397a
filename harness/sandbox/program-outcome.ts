import { z } from 'zod';
import { jsonSchema } from '../session/event.ts';

/**
 * How a program failed. `syntax`: it does not parse or is too long; `thrown`: it threw; `timeout`, `memory`, `output`,
 * `host-calls`: it went beyond that limit; `result`: it ended in a value that JSON cannot say.
 */
const programFailureSchema = z.object({
  kind: z.enum(['syntax', 'thrown', 'timeout', 'memory', 'output', 'host-calls', 'result']),
  /** What happened. */
  message: z.string(),
  /** What to write instead. */
  hint: z.string(),
  /** In the program, 1-based, where it is known. */
  line: z.int().positive().optional(),
});
export type ProgramFailure = z.infer<typeof programFailureSchema>;

export const programOutcomeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('completed'), value: jsonSchema, logs: z.array(z.string()) }),
  z.object({ kind: z.literal('failed'), error: programFailureSchema, logs: z.array(z.string()) }),
]);
/** Every program ends in one of these, whatever it does. Logs are those written before the end. */
export type ProgramOutcome = z.infer<typeof programOutcomeSchema>;

const hints: Readonly<Record<ProgramFailure['kind'], string>> = {
  syntax:
    'Send the body of an async function in plain JavaScript: no import, no export, no TypeScript.',
  thrown:
    'Correct the program, or catch what may fail; a failed tool call carries code and message.',
  timeout: 'Let every loop end, and do less: ask the tools for less, compute once.',
  memory: 'Keep less: let no collection grow without bound.',
  output: 'Return only what the answer needs.',
  'host-calls': 'Call fewer tools: one call per thing looked up, and none in a loop without bound.',
  result:
    'End with `return value`, where value is plain JSON: objects, arrays, strings, finite numbers, booleans, null.',
};

const messageLengthLimit = 1_000;

export function programFailure(
  kind: ProgramFailure['kind'],
  message: string,
  line?: number,
): ProgramFailure {
  const error = { kind, message: message.slice(0, messageLengthLimit), hint: hints[kind] };
  return line === undefined ? error : { ...error, line };
}
