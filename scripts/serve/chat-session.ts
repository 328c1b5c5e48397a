import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { FeedItem } from '#harness';
import {
  type Connection,
  type ConnectionStatus,
  type Conversation,
  connect,
  emptyConversation,
  foldConversation,
  RequestRefusedError,
} from '#harness/client';
import { type ChatLine, chatHelp, readChatLine } from './chat-line.ts';
import {
  decideApproval,
  type ListedApproval,
  listApprovals,
  waiting,
} from './waiting-approvals.ts';

export interface ChatOptions {
  readonly url: string;
  readonly key: string | undefined;
  readonly sessionId: string;
  /** One message, or one command, a line. */
  readonly input: Readable;
  readonly signal: AbortSignal;
  readonly onItem: (item: FeedItem) => void;
  readonly onStatus: (status: ConnectionStatus) => void;
  /** Told what came of a command, and what waits for whoever chats. */
  readonly onTalk: (line: string) => void;
}

/** The connection and what has come over it. */
interface Chat extends Pick<ChatOptions, 'sessionId' | 'onTalk'> {
  readonly connection: Connection;
  readonly conversation: () => Conversation;
  readonly sent: string[];
}

/** Ends when the input has ended and every message sent has been answered, or when `signal` aborts. Returns the runs. */
export async function chatSession(options: ChatOptions): Promise<readonly string[]> {
  const { url, key, sessionId, signal, onStatus, onTalk } = options;
  const connection = connect({ url, sessionId, onStatus, ...(key === undefined ? {} : { key }) });
  signal.addEventListener('abort', connection.close, { once: true });
  const ended = new Set<string>();
  let conversation = emptyConversation;
  const chat: Chat = { connection, sessionId, onTalk, conversation: () => conversation, sent: [] };
  const { sent } = chat;
  let isOver = false;
  const closeIfOver = (): void => {
    if (isOver && sent.every((runId) => ended.has(runId))) connection.close();
  };
  const speaking = obey(options, chat).finally(() => {
    isOver = true;
    closeIfOver();
  });
  // Its error is thrown below, when the connection that it closed has ended.
  speaking.catch(() => undefined);
  try {
    for await (const item of connection.items()) {
      options.onItem(item);
      conversation = foldConversation(conversation, item);
      if (item.kind === 'event') {
        const { fact, runId } = item.event;
        if (fact.type === 'approval-requested') {
          const approvalId = `${sessionId}/${runId}/${fact.question}`;
          await trying(onTalk, () => showCard(approvalId, chat));
        }
        // Cleared by force, a run tells its end to nobody.
        if (fact.type === 'session-cleared') for (const each of sent) ended.add(each);
        if (endings.has(fact.type)) ended.add(runId);
      }
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

async function obey({ input, signal }: ChatOptions, chat: Chat): Promise<void> {
  const lines = createInterface({ input });
  signal.addEventListener('abort', () => lines.close(), { once: true });
  for await (const written of lines) {
    if (written.trim() === '') continue;
    const line = readChatLine(written);
    if (line.kind === 'say') await say(line, chat);
    else await trying(chat.onTalk, () => carryOut(line, chat));
  }
}

async function say(
  { text, mode }: Extract<ChatLine, { readonly kind: 'say' }>,
  { connection, sent }: Chat,
): Promise<void> {
  sent.push(await connection.send({ messageId: randomUUID(), text, mode }));
}

async function carryOut(
  line: Exclude<ChatLine, { readonly kind: 'say' }>,
  chat: Chat,
): Promise<void> {
  const { connection, sessionId, conversation, onTalk } = chat;
  switch (line.kind) {
    case 'decide': {
      const listed = await listApprovals(connection.ask, sessionId);
      const asked = chosen(waiting(listed), line.number);
      if (typeof asked === 'string') return onTalk(asked);
      const { status } = await decideApproval(connection.ask, asked.approvalId, line.decision);
      return onTalk(`  ${asked.tool} is ${status}.`);
    }
    case 'cancel': {
      const runId = conversation().activeRun;
      if (runId === undefined) return onTalk('  No run is in progress.');
      await connection.ask(`/v1/runs/${encodeURIComponent(runId)}/cancel`, {});
      return onTalk('  The run ends at its next step.');
    }
    case 'clear':
      await connection.ask(`/v1/sessions/${encodeURIComponent(sessionId)}/clear`, {
        force: line.force,
      });
      return;
    case 'help':
      return onTalk(chatHelp);
    case 'unclear':
      return onTalk(`  ${line.problem}`);
  }
}

/** The one that is meant, or why it is not clear which. */
function chosen(
  open: readonly ListedApproval[],
  number: number | undefined,
): ListedApproval | string {
  if (open.length > 1 && number === undefined) {
    return `  ${open.length} wait: say which.\n${cards(open)}`;
  }
  return open[(number ?? 1) - 1] ?? (open.length === 0 ? '  Nothing waits.' : cards(open));
}

/** Shows what waits as soon as the request that was just told is entered, which is a step later; unless it is decided by then. */
async function showCard(
  approvalId: string,
  { connection, sessionId, onTalk }: Chat,
): Promise<void> {
  for (let tries = 0; tries < entryTries; tries += 1) {
    const listed = await listApprovals(connection.ask, sessionId);
    const asked = listed.find((each) => each.approvalId === approvalId);
    if (asked !== undefined) {
      if (asked.status === 'pending') onTalk(cards(waiting(listed)));
      return;
    }
    await pause(entryPauseMs);
  }
}

const entryTries = 50;
const entryPauseMs = 100;

const cards = (open: readonly ListedApproval[]): string =>
  open.map((each, index) => cardOf(each, index + 1)).join('\n');

function cardOf(
  { tool, arguments: asked, reason, roles, mayDecide }: ListedApproval,
  number: number,
): string {
  const how = mayDecide ? '/approve or /reject REASON decides it' : `${roles.join(' or ')} decides`;
  return `  [${number}] ${tool} ${JSON.stringify(asked)}\n      ${reason}\n      ${how}`;
}

/** What the server refuses is told; the chat goes on. */
async function trying(onTalk: ChatOptions['onTalk'], work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof RequestRefusedError)) throw error;
    onTalk(`  ${error.message}`);
  }
}
