import { z } from 'zod';
import type { LogFields } from './log-line.ts';

const codeSchema = z.object({ code: z.union([z.string(), z.number()]) });

/**
 * What a log may say of an error: its class, its code and where it was thrown. Not its message: a database's carries
 * parameters, a tool's what the customer said. The cause is told where the error itself says nothing of its own.
 */
export function errorFields(error: unknown): Pick<LogFields, 'errorType' | 'errorCode' | 'stack'> {
  if (!(error instanceof Error)) return { errorType: typeof error };
  const code = codeOf(error) ?? codeOf(error.cause);
  return {
    errorType: error.name === 'Error' ? error.constructor.name : error.name,
    ...(code === undefined ? {} : { errorCode: code }),
    stack: framesOf(error),
  };
}

function codeOf(error: unknown): string | undefined {
  const { success, data } = codeSchema.safeParse(error);
  return success ? String(data.code) : undefined;
}

/** The stack begins with the message, which may look like anything: it is cut off by its length, not by its looks. */
function framesOf({ stack = '', message }: Error): string[] {
  const start = stack.indexOf(message);
  const behind = start === -1 ? stack : stack.slice(start + message.length);
  return behind
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^at .+:\d+:\d+\)?$/.test(line));
}
