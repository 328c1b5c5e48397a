import { z } from 'zod';
import { type Json, jsonSchema } from '../session/event.ts';
import type { ProgramLimits } from './program-limits.ts';
import { type ProgramFailure, programFailure } from './program-outcome.ts';

export type Conclusion =
  | { readonly kind: 'completed'; readonly value: Json }
  | { readonly kind: 'failed'; readonly error: ProgramFailure };

const failed = (...failure: Parameters<typeof programFailure>): Conclusion => ({
  kind: 'failed',
  error: programFailure(...failure),
});

/** What came out of the sandbox, which may be anything, read as what guest.ts says there. */
const saidSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('completed'), value: jsonSchema }),
  z.object({ kind: z.literal('output') }),
  z.object({
    kind: z.enum(['thrown', 'result']),
    message: z.string(),
    line: z.int().positive().optional(),
  }),
]);

/** The end of a program that came to one. */
export function conclusionOf(text: unknown, { outputBytes }: ProgramLimits): Conclusion {
  const said = typeof text === 'string' ? parse(text) : undefined;
  if (said === undefined) return failed('result', 'The program ended without a result.');
  if (said.kind === 'output') return tooLong(outputBytes);
  if (said.kind !== 'completed') {
    return failed(isOutOfMemory(said.message) ? 'memory' : said.kind, said.message, said.line);
  }
  const bytes = Buffer.byteLength(JSON.stringify(said.value));
  if (bytes > outputBytes) return tooLong(outputBytes);
  return { kind: 'completed', value: said.value };
}

function parse(text: string): z.infer<typeof saidSchema> | undefined {
  try {
    return saidSchema.parse(JSON.parse(text));
  } catch {
    // A program that gets in front of guest.ts can end in any text; it has no result then.
    return undefined;
  }
}

const tooLong = (outputBytes: number): Conclusion =>
  failed('output', `The result is longer than ${outputBytes} bytes.`);

/** The engine's error as the limit it stands for. Its own words are kept only where they speak of the program. */
export function conclusionOfError(error: unknown, limits: ProgramLimits): Conclusion {
  const { name, code, message } = engineErrorSchema.parse(error);
  if (code === 'RUN_TIMEOUT') {
    return failed(
      'timeout',
      `The program did not end within ${limits.wallTimeMs} ms or its share of instructions.`,
    );
  }
  if (code === 'RUN_SERIALIZATION_ERROR') return tooLong(limits.outputBytes);
  if (code === 'RUN_BRIDGE_LIMIT')
    return failed('host-calls', 'Too many calls out of the program.');
  if (isOutOfMemory(message) || code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return failed('memory', `The program needs more than ${limits.memoryBytes} bytes.`);
  }
  if (name === 'SyntaxError') return failed('syntax', message);
  return failed('thrown', `${name}: ${message}`);
}

const engineErrorSchema = z.object({
  name: z.string().catch('Error'),
  code: z.string().catch(''),
  message: z.string().catch('The sandbox stopped the program.'),
});

const isOutOfMemory = (message: string): boolean => /\bout of memory\b/.test(message);
