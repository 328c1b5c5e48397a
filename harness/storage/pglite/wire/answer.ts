import { headerLength, messagesIn, serverMessage, textAt } from './messages.ts';

/** What ReadyForQuery says: idle, in a transaction, in a transaction that failed. */
export type TransactionStatus = 'I' | 'T' | 'E';

/** What the database answered to one batch. */
export interface Answer {
  /** What the client is to see: everything but notifications. */
  readonly messages: readonly Buffer[];
  readonly notifications: readonly Notification[];
  /** Tags of the commands that completed, such as `INSERT 0 1`. */
  readonly tags: readonly string[];
  /** How many Parse messages succeeded. */
  readonly parsedCount: number;
  /** Undefined when the answer does not end in ReadyForQuery. */
  readonly status: TransactionStatus | undefined;
  /** The database said that it is going down. */
  readonly isFatal: boolean;
}

export interface Notification {
  readonly channel: string;
  readonly bytes: Buffer;
}

export function readAnswer(bytes: Buffer): Answer {
  const messages: Buffer[] = [];
  const notifications: Notification[] = [];
  const tags: string[] = [];
  let parsedCount = 0;
  let status: TransactionStatus | undefined;
  let isFatal = false;
  for (const each of messagesIn(bytes)) {
    if (each[0] === serverMessage.notification) {
      notifications.push({ channel: textAt(each, headerLength + 4), bytes: each });
      continue;
    }
    messages.push(each);
    if (each[0] === serverMessage.readyForQuery) status = statusOf(each);
    if (each[0] === serverMessage.commandComplete) tags.push(textAt(each, headerLength));
    if (each[0] === serverMessage.parseComplete) parsedCount += 1;
    if (each[0] === serverMessage.error) isFatal ||= !isErrorSeverity(each);
  }
  return { messages, notifications, tags, parsedCount, status, isFatal };
}

function statusOf(readyForQuery: Buffer): TransactionStatus {
  const status = String.fromCharCode(readyForQuery[headerLength] ?? 0);
  return status === 'T' || status === 'E' ? status : 'I';
}

/** The first field of an ErrorResponse is its severity: ERROR, FATAL or PANIC. */
function isErrorSeverity(error: Buffer): boolean {
  return textAt(error, headerLength + 1) === 'ERROR';
}
