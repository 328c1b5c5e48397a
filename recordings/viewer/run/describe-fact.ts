import type { Fact } from '#harness';
import { inline, oneLine } from '../one-line.ts';
import { textBlock } from '../told/read-message.ts';
import type { Block, Json, Panel, Step } from '../view.ts';

/** A fact of a session's log, as a step. */
export interface ToldFact {
  readonly words: Pick<
    Step,
    'kind' | 'topic' | 'title' | 'summary' | 'panels' | 'isFailure' | 'isSuperseded'
  >;
  /** The tool call it is about. */
  readonly call?: string;
  /** What came of that call. */
  readonly isOutcome?: boolean;
}

/** `request` is what asked for the call that the fact is about. */
export function describeFact(fact: Fact, request: Fact | undefined): ToldFact {
  switch (fact.type) {
    case 'tool-requested':
      return {
        words: { ...event(fact), title: `asks for ${fact.tool}`, summary: inline(fact.input) },
      };
    case 'message-received':
    case 'message-steered':
      return { words: messageWords(fact) };
    case 'model-turn-completed':
      return { words: turnWords(fact) };
    case 'tool-completed':
    case 'tool-failed':
      return {
        words: toolWords(fact, request?.type === 'tool-requested' ? request.input : undefined),
        call: fact.callId,
        isOutcome: true,
      };
    case 'approval-requested':
      return {
        words: {
          ...event(fact),
          kind: 'person',
          title: `${fact.tool} waits for ${fact.roles.join(' or ')}`,
          summary: oneLine(fact.reason),
        },
      };
    case 'approval-decided':
      return {
        words: {
          ...event(fact),
          kind: 'person',
          title: `${fact.tool} ${fact.verdict}`,
          summary: oneLine(
            [fact.decidedBy, fact.reason].filter((each) => each !== undefined).join(': '),
          ),
        },
      };
    case 'answer-refused':
    case 'findings-gathered':
    case 'handed-off':
    case 'memory-compacted':
    case 'output-withheld':
    case 'plan-abandoned':
    case 'plan-made':
    case 'run-cancelled':
    case 'run-completed':
    case 'run-failed':
    case 'run-started':
    case 'run-steered':
    case 'session-cleared':
    case 'session-expired':
    case 'state-migrated':
    case 'sub-agent-completed':
    case 'sub-agent-failed':
    case 'sub-agent-started':
    case 'synthesis-made':
    case 'tools-changed':
      return { words: event(fact) };
  }
}

const failures = new Set<string>([
  'run-failed',
  'sub-agent-failed',
  'output-withheld',
  'answer-refused',
]);

/** Any fact: what it is called, and all that it says. */
function event({ type, ...says }: Fact): ToldFact['words'] {
  const value: Json = JSON.parse(JSON.stringify(says));
  return {
    kind: 'event',
    topic: type,
    title: type.replaceAll('-', ' '),
    summary: oneLine(inline(value)),
    ...(failures.has(type) ? { isFailure: true } : {}),
    panels: [
      { name: 'event', title: 'Event', facts: [], blocks: [{ kind: 'data', label: type, value }] },
    ],
  };
}

function messageWords(
  fact: Extract<Fact, { type: 'message-received' | 'message-steered' }>,
): ToldFact['words'] {
  const { text, principal } = fact;
  return {
    kind: 'person',
    topic: 'message',
    title: `${principal.id} ${fact.type === 'message-received' ? 'writes' : 'says meanwhile'}`,
    summary: oneLine(text),
    panels: [
      {
        name: 'message',
        title: 'Message',
        facts: [
          ['who', principal.id],
          ['role', principal.role],
          ['tenant', principal.tenant],
        ],
        blocks: [{ kind: 'text', text }],
      },
    ],
  };
}

function turnWords(fact: Extract<Fact, { type: 'model-turn-completed' }>): ToldFact['words'] {
  const { text, finishReason, usage, context } = fact;
  const blocks: Block[] =
    text === '' ? [{ kind: 'note', text: 'It said nothing.' }] : [textBlock(text)];
  const counts: Panel['facts'] = [
    ['tokens in', usage.inputTokens.toLocaleString('en')],
    ['tokens out', usage.outputTokens.toLocaleString('en')],
    ...(context === undefined
      ? []
      : [
          ['budget', context.budgetTokens.toLocaleString('en')] as const,
          ['shared with the request before', context.sharedTokens.toLocaleString('en')] as const,
        ]),
  ];
  return {
    kind: 'model',
    topic: 'model',
    title: 'model answers',
    summary: oneLine(text),
    panels: [
      { name: 'answer', title: 'Answer', facts: [['finish', finishReason]], counts, blocks },
    ],
  };
}

function toolWords(
  fact: Extract<Fact, { type: 'tool-completed' | 'tool-failed' }>,
  input: Json | undefined,
): ToldFact['words'] {
  const isFailure = fact.type === 'tool-failed';
  const failure = isFailure ? `${fact.error.code}: ${fact.error.message}` : '';
  return {
    kind: 'tool',
    topic: `tool ${fact.tool}`,
    title: fact.tool,
    summary: isFailure ? oneLine(failure) : oneLine(inline(fact.output)),
    ...(isFailure ? { isFailure } : {}),
    panels: [
      {
        name: 'tool',
        title: 'Tool',
        facts: [
          ['tool', fact.tool],
          ['outcome', isFailure ? 'failed' : 'completed'],
        ],
        blocks: [
          ...(input === undefined ? [] : [{ kind: 'data' as const, label: 'input', value: input }]),
          isFailure
            ? { kind: 'failure', text: failure }
            : { kind: 'data', label: 'output', value: fact.output },
        ],
      },
    ],
  };
}
