import type { Fact, Json, SessionEvent } from '../session/event.ts';
import type { FeedItem } from '../session/session-feed.ts';
import { isSubRun } from '../session/sub-run.ts';
import { turnKey } from './turn-text.ts';

/** One part of a conversation as a person sees it. `key` stays the same as the part changes. */
export type ConversationPart =
  | { readonly kind: 'said'; readonly key: string; readonly text: string }
  | {
      readonly kind: 'answered';
      readonly key: string;
      readonly text: string;
      /** False while the text still streams. */
      readonly isComplete: boolean;
    }
  | {
      readonly kind: 'approval';
      /** The approval's id. */
      readonly key: string;
      readonly tool: string;
      readonly input: Json;
      readonly reason: string;
      readonly roles: readonly string[];
      /** Absent while a person is waited for. */
      readonly decision?: Decided;
    }
  | { readonly kind: 'notice'; readonly key: string; readonly text: string };

/** How an approval ended. */
export interface Decided {
  readonly verdict: string;
  readonly by?: string;
  readonly reason?: string;
  /** What is done: as it was asked for, or as the decider changed it. */
  readonly input: Json;
}

/** A session as it is shown: all of it comes from the event log and the text of turns in progress. */
export interface Conversation {
  readonly parts: readonly ConversationPart[];
  readonly events: readonly SessionEvent[];
  /** The agent in charge. */
  readonly agent: string | undefined;
  /** The run that has begun and not ended. */
  readonly activeRun: string | undefined;
}

export const emptyConversation: Conversation = {
  parts: [],
  events: [],
  agent: undefined,
  activeRun: undefined,
};

/** The conversation after one more item. */
export function foldConversation(conversation: Conversation, item: FeedItem): Conversation {
  switch (item.kind) {
    case 'text-delta':
      return withText(conversation, turnKey(item.delta), (text) => text + item.delta.text);
    case 'text-restarted':
      return withText(conversation, turnKey(item.turn), () => '');
    case 'event':
      return withEvent(conversation, item.event);
  }
}

function withText(
  conversation: Conversation,
  key: string,
  change: (text: string) => string,
): Conversation {
  const streamed = conversation.parts.find((part) => part.key === key);
  const text = change(streamed?.kind === 'answered' ? streamed.text : '');
  return withPart(conversation, { kind: 'answered', key, text, isComplete: false });
}

function withEvent(before: Conversation, event: SessionEvent): Conversation {
  const conversation = { ...before, events: [...before.events, event] };
  const { fact, runId } = event;
  // A sub-agent does not speak: what it does stands in the log alone.
  if (isSubRun(runId)) return conversation;
  const key = `${runId} ${event.step} ${event.ordinal}`;
  switch (fact.type) {
    case 'message-steered':
      return withRead(conversation, { kind: 'said', key, text: fact.text }, turnKey(event));
    case 'message-received':
      return withPart(conversation, { kind: 'said', key, text: fact.text });
    case 'run-started':
      return { ...conversation, agent: fact.agent, activeRun: runId };
    case 'model-turn-completed':
      return withAnswer(conversation, turnKey(event), fact.text);
    case 'output-withheld':
      return withAnswer(conversation, turnKey(event), '');
    case 'handed-off':
      return withNotice(
        { ...conversation, agent: fact.to },
        key,
        `${fact.from} handed over to ${fact.to}`,
      );
    case 'approval-requested': {
      const { tool, input, reason, roles } = fact;
      const approvalId = approvalIdOf(event, fact.question);
      return withPart(conversation, {
        kind: 'approval',
        key: approvalId,
        tool,
        input,
        reason,
        roles,
      });
    }
    case 'approval-decided':
      return withDecision(conversation, approvalIdOf(event, fact.question), decisionIn(fact));
    case 'run-failed':
      return withNotice(ended(conversation), key, `The run failed: ${fact.error.message}`);
    case 'run-cancelled':
      return withNotice(ended(conversation), key, 'The run was cancelled');
    case 'session-cleared':
      return withNotice(
        { ...emptyConversation, events: [event] },
        key,
        'The conversation was cleared',
      );
    case 'session-expired':
      return withNotice(conversation, key, 'The session has expired: it takes no more messages');
    case 'run-completed':
      return ended(conversation);
    case 'plan-abandoned':
      return withNotice(conversation, key, `No plan: ${fact.reason}`);
    case 'findings-gathered':
      return withNotice(conversation, key, 'The findings are in');
    case 'tools-changed':
    case 'memory-compacted':
    case 'state-migrated':
    case 'tool-requested':
    case 'tool-completed':
    case 'tool-failed':
    case 'plan-made':
    case 'answer-refused':
    case 'sub-agent-started':
    case 'sub-agent-completed':
    case 'sub-agent-failed':
    case 'synthesis-made':
    case 'run-steered':
      return conversation;
  }
}

/** A turn that only calls tools has no text, and no part. */
function withAnswer(conversation: Conversation, key: string, text: string): Conversation {
  if (text !== '') return withPart(conversation, { kind: 'answered', key, text, isComplete: true });
  return { ...conversation, parts: conversation.parts.filter((part) => part.key !== key) };
}

/** What a turn has read stands before what it says, which has streamed by the time that this is told. */
function withRead(conversation: Conversation, said: ConversationPart, turn: string): Conversation {
  const { parts } = conversation;
  const at = parts.findIndex(({ key }) => key === turn);
  return at === -1
    ? withPart(conversation, said)
    : { ...conversation, parts: parts.toSpliced(at, 0, said) };
}

function decisionIn(fact: Extract<Fact, { type: 'approval-decided' }>): Decided {
  const { verdict, input, decidedBy, reason } = fact;
  return {
    verdict,
    input,
    ...(decidedBy === undefined ? {} : { by: decidedBy }),
    ...(reason === undefined ? {} : { reason }),
  };
}

function withDecision(conversation: Conversation, key: string, decision: Decided): Conversation {
  return {
    ...conversation,
    parts: conversation.parts.map((part) =>
      part.kind === 'approval' && part.key === key ? { ...part, decision } : part,
    ),
  };
}

const withNotice = (conversation: Conversation, key: string, text: string): Conversation =>
  withPart(conversation, { kind: 'notice', key, text });

function withPart(conversation: Conversation, part: ConversationPart): Conversation {
  const { parts } = conversation;
  const isKnown = parts.some(({ key }) => key === part.key);
  return {
    ...conversation,
    parts: isKnown ? parts.map((each) => (each.key === part.key ? part : each)) : [...parts, part],
  };
}

const ended = (conversation: Conversation): Conversation => ({
  ...conversation,
  activeRun: undefined,
});

const approvalIdOf = ({ sessionId, runId }: SessionEvent, question: string): string =>
  `${sessionId}/${runId}/${question}`;
