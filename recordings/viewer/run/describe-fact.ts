import type { Fact } from '#harness';
import { inline, oneLine } from '../one-line.ts';
import { textBlock, textLine } from '../told/read-message.ts';
import type { Block, Json, Panel, Step } from '../view.ts';

/** A fact of a session's log, as a step. */
export type FactWords = Pick<
  Step,
  'kind' | 'title' | 'summary' | 'panels' | 'isFailure' | 'isSuperseded'
>;

export type ToolRequest = Extract<Fact, { type: 'tool-requested' }>;

/** `requests` are those of the model turn that the fact is of, or the one whose outcome it is. */
export function describeFact(fact: Fact, requests: readonly ToolRequest[]): FactWords {
  switch (fact.type) {
    case 'tool-requested':
      return {
        ...event(fact),
        title: `asks for ${fact.tool}`,
        summary: oneLine(inline(fact.input)),
      };
    case 'message-received':
    case 'message-steered':
      return messageWords(fact);
    case 'model-turn-completed':
      return turnWords(fact, requests);
    case 'tool-completed':
    case 'tool-failed':
      return toolWords(fact, requests[0]?.input);
    case 'approval-requested':
      return {
        ...event(fact),
        kind: 'person',
        title: `${fact.tool} waits for ${fact.roles.join(' or ')}`,
        summary: oneLine(fact.reason),
      };
    case 'approval-decided':
      return {
        ...event(fact),
        kind: 'person',
        title: `${fact.tool} ${fact.verdict}`,
        summary: oneLine(
          [fact.decidedBy, fact.reason].filter((each) => each !== undefined).join(': '),
        ),
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
      return event(fact);
  }
}

const failures = new Set<string>([
  'run-failed',
  'sub-agent-failed',
  'output-withheld',
  'answer-refused',
]);

/** Any fact: what it is called, and all that it says. */
function event({ type, ...says }: Fact): FactWords {
  const value: Json = JSON.parse(JSON.stringify(says));
  return {
    kind: 'event',
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
): FactWords {
  const { text, principal } = fact;
  return {
    kind: 'person',
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

function turnWords(
  fact: Extract<Fact, { type: 'model-turn-completed' }>,
  requests: readonly ToolRequest[],
): FactWords {
  const { text, finishReason, usage, context } = fact;
  const blocks: Block[] = [
    ...(text === '' ? [] : [textBlock(text)]),
    ...requests.map(
      ({ tool, input }): Block => ({ kind: 'data', label: `calls ${tool}`, value: input }),
    ),
  ];
  const tools = [...new Set(requests.map(({ tool }) => tool))].join(', ');
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
    title: tools === '' ? 'model answers' : `model calls ${tools}`,
    summary:
      text === '' ? oneLine(requests.map(({ input }) => inline(input)).join(' ')) : textLine(text),
    panels: [
      {
        name: 'answer',
        title: 'Answer',
        facts: [['finish', finishReason]],
        counts,
        blocks: blocks.length === 0 ? [{ kind: 'note', text: 'It said nothing.' }] : blocks,
      },
    ],
  };
}

function toolWords(
  fact: Extract<Fact, { type: 'tool-completed' | 'tool-failed' }>,
  input: Json | undefined,
): FactWords {
  const isFailure = fact.type === 'tool-failed';
  const failure = isFailure ? `${fact.error.code}: ${fact.error.message}` : '';
  return {
    kind: 'tool',
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
