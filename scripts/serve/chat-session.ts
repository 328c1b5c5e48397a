import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { FeedItem } from '#harness';
import { type ConnectionStatus, connect } from '#harness/client';

export interface ChatOptions {
  readonly url: string;
  readonly key: string | undefined;
  readonly sessionId: string;
  /** One message a line. */
  readonly input: Readable;
  readonly signal: AbortSignal;
  readonly onItem: (item: FeedItem) => void;
  readonly onStatus: (status: ConnectionStatus) => void;
}

/** Ends when the input has ended and every message sent has been answered, or when `signal` aborts. Returns the runs. */
export async function chatSession(options: ChatOptions): Promise<readonly string[]> {
  const { url, key, sessionId, signal, onStatus } = options;
  const connection = connect({ url, sessionId, onStatus, ...(key === undefined ? {} : { key }) });
  signal.addEventListener('abort', connection.close, { once: true });
  const ended = new Set<string>();
  const sent: string[] = [];
  let isOver = false;
  const closeIfOver = (): void => {
    if (isOver && sent.every((runId) => ended.has(runId))) connection.close();
  };
  const speaking = speak(options, async (text) => {
    sent.push(await connection.send({ messageId: randomUUID(), text }));
  }).finally(() => {
    isOver = true;
    closeIfOver();
  });
  // Its error is thrown below, when the connection that it closed has ended.
  speaking.catch(() => undefined);
  try {
    for await (const item of connection.items()) {
      options.onItem(item);
      if (item.kind === 'event' && endings.has(item.event.fact.type)) ended.add(item.event.runId);
      closeIfOver();
    }
  } finally {
    connection.close();
    options.input.destroy();
  }
  await speaking;
  return sent;
}

const endings: ReadonlySet<string> = new Set([
  'run-completed',
  'run-failed',
  'run-cancelled',
  'run-steered',
]);

async function speak(
  { input, signal }: ChatOptions,
  say: (text: string) => Promise<void>,
): Promise<void> {
  const lines = createInterface({ input });
  signal.addEventListener('abort', () => lines.close(), { once: true });
  for await (const line of lines) if (line.trim() !== '') await say(line);
}
