import type { Log } from './host.ts';
import { errorFields } from './log-error.ts';
import { logFieldsSchema } from './log-line.ts';

/** Where lines go, such as `process.stderr` or a file's stream. */
export interface LogDestination {
  readonly write: (line: string) => unknown;
}

/**
 * A log that writes one JSON line an event, by pino. Of the fields only those of `logFieldsSchema` are written, texts as
 * `redact` leaves them: names and ids are chosen by people too. `error` is written as type, code and stack.
 */
export async function jsonLines(
  destination: LogDestination,
  redact: (text: string) => string,
): Promise<Log> {
  // Loaded when it is asked for: most processes here log nothing.
  const { pino, stdTimeFunctions } = await import('pino');
  const logger = pino(
    {
      base: null,
      messageKey: 'event',
      timestamp: stdTimeFunctions.epochTime,
      formatters: { level: (level) => ({ level }) },
    },
    { write: (line) => void destination.write(line) },
  );
  return {
    info: (event, fields) => logger.info(safe(fields, redact), event),
    warn: (event, fields) => logger.warn(safe(fields, redact), event),
  };
}

function safe(
  fields: Readonly<Record<string, unknown>> = {},
  redact: (text: string) => string,
): object {
  const { error, ...rest } = fields;
  const known = Object.entries(rest)
    .filter(([name, value]) => logFieldsSchema.safeParse({ [name]: value }).success)
    .map(([name, value]) => [name, typeof value === 'string' ? redact(value) : value]);
  return {
    ...logFieldsSchema.parse(Object.fromEntries(known)),
    ...(error === undefined ? {} : errorFields(error)),
  };
}
