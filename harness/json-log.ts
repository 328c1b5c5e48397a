import type { Log } from './host/host.ts';
import { jsonLines, type LogDestination } from './host/log.ts';
import { redactText } from './safety/redact.ts';

/** A log of one JSON line an event, of which no field holds an e-mail address, a card number or a key. */
export function jsonLog(destination: LogDestination): Promise<Log> {
  return jsonLines(destination, (text) => redactText(text, { profile: 'outbound' }).value);
}
