import type { Json } from '#harness';
import type { Exchange, Recording } from '#recordings';

type ModelExchange = Extract<Exchange, { t: 'model' }>;

/** A session made by hand, with one of everything that can be told. */
export function smallSession(
  change: { readonly prompt?: string; readonly total?: number } = {},
): Recording {
  const { prompt = 'You sell tea.\nYou never refund more than was paid.', total = 42.5 } = change;
  const principal = { id: 'ada', role: 'customer', tenant: 'tea' };
  return {
    header: {
      t: 'recording',
      v: 3,
      fidelity: 'session',
      name: 'tea',
      made: 'scripted',
      model: { provider: 'scripted', modelId: 'tea' },
      toolchain: { ai: '7', groundhog: '1' },
    },
    definitions: definitionsWith(prompt),
    exchanges: [
      { t: 'message', lane: '1', n: 0, text: 'Where is my tea?\nOrder A-17.', principal },
      { t: 'clock', lane: '1', n: 1, value: 1_781_517_600_000 },
      { t: 'dice', lane: '1', n: 2, value: 'c0ffee' },
      turn('1/desk', 0, {
        kept: 0,
        added: [
          { role: 'user', content: [{ type: 'text', text: 'Where is my tea?\nOrder A-17.' }] },
        ],
        text: '{"ask":"scout"}',
      }),
      turn('1.1/scout', 0, {
        kept: 0,
        added: [{ role: 'user', content: 'Find A-17.' }],
        system: ['prompt:scout'],
        tools: ['tool:getOrder'],
        text: '',
        calls: [{ call: 'call1', tool: 'getOrder', input: { order: 'A-17' } }],
      }),
      {
        t: 'tool',
        lane: '1.1/scout',
        n: 1,
        call: 'call1',
        tool: 'getOrder',
        input: { order: 'A-17' },
        outcome: { kind: 'completed', output: { total, state: 'lost' } },
      },
      ...refundSteps(total),
    ],
    events: { t: 'events', outline: [], hash: '' },
    editedLines: [],
  };
}

function definitionsWith(prompt: string): Recording['definitions'] {
  return [
    { t: 'prompt', id: 'prompt:desk', name: 'desk', fingerprint: 'd'.repeat(64), text: prompt },
    {
      t: 'prompt',
      id: 'prompt:scout',
      name: 'scout',
      fingerprint: 'e'.repeat(64),
      text: 'You look up.',
    },
    toolDefinition('getOrder', 'Reads an order.'),
    toolDefinition('refund', 'Pays back.'),
  ];
}

function refundSteps(total: number): readonly Exchange[] {
  const refund = { call: 'call2', tool: 'refund', input: { order: 'A-17', total } };
  const need = { roles: ['lead'], reason: 'more than 40', stateVersion: '1' };
  return [
    turn('1/desk', 1, {
      kept: 1,
      added: [{ role: 'user', content: 'It was lost.' }],
      text: 'I pay it back.',
      calls: [refund],
    }),
    { t: 'tool', lane: '1/desk', n: 2, ...refund, outcome: { kind: 'approval-required', need } },
    {
      t: 'decision',
      lane: '1/desk',
      n: 3,
      ...refund,
      decision: {
        verdict: 'approved',
        decidedBy: 'lee',
        reason: 'Only what was paid.',
        input: { order: 'A-17', total: 40 },
      },
    },
    {
      t: 'tool',
      lane: '1/desk',
      n: 4,
      ...refund,
      input: { order: 'A-17', total: 40 },
      outcome: { kind: 'failed', error: { code: 'BANK_CLOSED', message: 'Come back tomorrow.' } },
    },
    {
      t: 'model',
      lane: '1/desk',
      n: 5,
      request: {
        keep: 0,
        system: ['prompt:desk'],
        tools: [],
        settings: { temperature: 0 },
        messages: [{ role: 'user', content: 'Summed up: the bank was closed.' }],
      },
      answer: {
        parts: [],
        error: { code: 'MODEL_OVERLOADED', message: 'Too many asked.', retryable: true },
      },
    },
  ];
}

function toolDefinition(name: string, description: string): Recording['definitions'][number] {
  return {
    t: 'tool-definition',
    id: `tool:${name}`,
    fingerprint: 'f'.repeat(64),
    definition: { type: 'function', name, description, inputSchema: { type: 'object' } },
  };
}

function turn(
  lane: string,
  n: number,
  said: {
    readonly kept: number;
    readonly added: readonly Json[];
    readonly system?: readonly string[];
    readonly tools?: readonly string[];
    readonly text: string;
    readonly calls?: readonly {
      readonly call: string;
      readonly tool: string;
      readonly input: Json;
    }[];
  },
): ModelExchange {
  const { kept, added, system = ['prompt:desk'], tools = ['tool:refund'], text, calls = [] } = said;
  return {
    t: 'model',
    lane,
    n,
    request: {
      keep: kept,
      system: [...system],
      tools: [...tools],
      settings: {},
      messages: [...added],
    },
    answer: {
      parts: [
        ...(text === ''
          ? []
          : [{ type: 'text-delta' as const, id: 't', deltas: [text.slice(0, 3), text.slice(3)] }]),
        ...calls.map(({ call, tool, input }) => ({
          type: 'tool-call' as const,
          toolCallId: call,
          toolName: tool,
          input: JSON.stringify(input),
        })),
        {
          type: 'finish',
          finishReason: { unified: calls.length === 0 ? 'stop' : 'tool-calls' },
          usage: {
            inputTokens: { total: 100, cacheRead: kept > 0 ? 64 : 0 },
            outputTokens: { total: 7 },
          },
        },
      ],
    },
  };
}
