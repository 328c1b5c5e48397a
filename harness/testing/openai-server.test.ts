import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider';
import { generateText, isStepCount, type ModelMessage, streamText, tool } from 'ai';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { liveModel } from '../model/live-model.ts';
import { type OpenAiServer, type OpenAiServerOptions, startOpenAiServer } from './openai-server.ts';
import { lastToolResult, type Playbook, saidByUser } from './playbook.ts';
import { scriptedModel } from './scripted-model.ts';

const playbook: Playbook = {
  name: 'desk',
  plays: [
    {
      name: 'explain',
      when: (c) =>
        lastToolResult(c, 'getCharge') !== undefined && c.messages.at(-1)?.role === 'tool',
      answer: (c) => ({
        text: c.messages
          .filter((each) => each.role === 'tool')
          .map((each) => `${each.isError ? 'failed' : 'found'} ${JSON.stringify(each.output)}`)
          .join('; '),
      }),
    },
    {
      name: 'look up both',
      when: (c) => saidByUser(c, /both/),
      answer: () => ({
        text: 'I look at both charges – 49,00 € each. 👩‍🚀',
        calls: [
          { tool: 'getCharge', input: { id: 'ch_A1' } },
          { tool: 'getCharge', input: { id: 'ch_A2' } },
        ],
      }),
    },
    {
      name: 'look up',
      when: (c) => saidByUser(c, /charge/),
      answer: () => ({ calls: [{ tool: 'getCharge', input: { id: 'missing' } }] }),
    },
    {
      name: 'remember',
      when: (c) => saidByUser(c, /again/),
      answer: (c) => ({
        text: `${c.system} | ${c.messages.map((each) => (each.role === 'tool' ? 'tool' : `${each.role}: ${each.text}`)).join(' | ')}`,
      }),
    },
    {
      name: 'greet',
      when: (c) => saidByUser(c, /hello/),
      answer: () => ({ text: 'Hello, how can I help you today?' }),
    },
  ],
};

const tools = {
  getCharge: tool({
    inputSchema: z.object({ id: z.string() }),
    execute: async ({ id }) => {
      if (id === 'missing') throw new Error('no such charge');
      return { id, amountMinor: 4900, currency: 'EUR' };
    },
  }),
};

const stateless = { openai: { store: false } };

async function serve(options: Partial<OpenAiServerOptions> = {}): Promise<OpenAiServer> {
  return startOpenAiServer({ playbook, ...options });
}

function modelAt(server: OpenAiServer, model = 'desk'): Promise<LanguageModelV4> {
  return liveModel({ apiKey: 'key-of-the-test', baseUrl: server.url, model });
}

/** What a whole agent loop came to, without ids. */
async function streamedSteps(model: LanguageModelV4, messages: ModelMessage[]) {
  const result = streamText({
    model,
    instructions: 'Be true.',
    messages,
    tools,
    stopWhen: isStepCount(4),
    maxRetries: 0,
    providerOptions: stateless,
  });
  return (await result.steps).map((step) => ({
    text: step.text,
    calls: step.toolCalls.map((call) => ({ tool: call.toolName, input: call.input })),
    finishReason: step.finishReason,
    inputTokens: step.usage.inputTokens,
    outputTokens: step.usage.outputTokens,
  }));
}

async function generatedSteps(model: LanguageModelV4, messages: ModelMessage[]) {
  const result = await generateText({
    model,
    instructions: 'Be true.',
    messages,
    tools,
    stopWhen: isStepCount(4),
    maxRetries: 0,
    providerOptions: stateless,
  });
  return result.steps.map((step) => ({
    text: step.text,
    calls: step.toolCalls.map((call) => ({ tool: call.toolName, input: call.input })),
    finishReason: step.finishReason,
    inputTokens: step.usage.inputTokens,
    outputTokens: step.usage.outputTokens,
  }));
}

const call = {
  prompt: [
    { role: 'system', content: 'Be true.' },
    { role: 'user', content: [{ type: 'text', text: 'look at both' }] },
  ],
  providerOptions: stateless,
} satisfies LanguageModelV4CallOptions;

async function partsOf(model: LanguageModelV4): Promise<LanguageModelV4StreamPart[]> {
  return collect((await model.doStream(call)).stream);
}

/** Replaces ids by their order of appearance, and drops times and what only one provider says. */
function shapeOf(parts: readonly LanguageModelV4StreamPart[]): unknown {
  const ids: string[] = [];
  const alias = (id: string): string => `#${ids.includes(id) ? ids.indexOf(id) : ids.push(id) - 1}`;
  return parts.map((part) => {
    if (part.type === 'finish')
      return {
        type: part.type,
        finishReason: part.finishReason,
        inputTokens: part.usage.inputTokens,
        outputTokens: part.usage.outputTokens,
        namespaces: Object.keys(part.providerMetadata ?? {}).length,
      };
    if (part.type === 'response-metadata')
      return {
        type: part.type,
        modelId: part.modelId,
        id: alias(part.id ?? ''),
        hasTime: part.timestamp !== undefined,
      };
    const { providerMetadata: _, ...rest } = { providerMetadata: undefined, ...part };
    const hasMetadata = 'providerMetadata' in part && part.providerMetadata !== undefined;
    if ('toolCallId' in rest) return { ...rest, toolCallId: alias(rest.toolCallId), hasMetadata };
    return 'id' in rest && typeof rest.id === 'string'
      ? { ...rest, id: alias(rest.id), hasMetadata }
      : rest;
  });
}

const conversations: [string, ModelMessage[]][] = [
  ['a text', [{ role: 'user', content: 'hello' }]],
  ['a call that fails', [{ role: 'user', content: 'about a charge' }]],
  ['a text and two calls in one turn', [{ role: 'user', content: 'look at both' }]],
  [
    'a later turn',
    [
      { role: 'user', content: 'hello' },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'Hello' },
          { type: 'text', text: ', you.' },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'once' },
          { type: 'text', text: 'again' },
        ],
      },
    ],
  ],
];

test.for(conversations)(
  '%s comes out the same in process, streamed and in one body',
  async ([, messages]) => {
    await using server = await serve();
    const http = await modelAt(server);
    const inProcess = await streamedSteps(scriptedModel(playbook), messages);
    expect(inProcess.length).toBeGreaterThan(0);
    expect(await generatedSteps(scriptedModel(playbook), messages)).toEqual(inProcess);
    expect(await streamedSteps(http, messages)).toEqual(inProcess);
    expect(await generatedSteps(http, messages)).toEqual(inProcess);
    expect(server.requests()).toBe(2 * inProcess.length);
  },
);

test('tool results and errors reach the playbook as values', async () => {
  await using server = await serve();
  const model = await modelAt(server);
  const found = await streamedSteps(model, [{ role: 'user', content: 'look at both' }]);
  expect(found.at(-1)?.text).toBe(
    'found {"id":"ch_A1","amountMinor":4900,"currency":"EUR"}; found {"id":"ch_A2","amountMinor":4900,"currency":"EUR"}',
  );
  const failed = await streamedSteps(model, [{ role: 'user', content: 'about a charge' }]);
  expect(failed.at(-1)?.text).toMatch(/^failed \{"error":"Error: no such charge"\}$/);
});

test('the scripted model streams the very parts the OpenAI adapter makes of the server', async () => {
  await using server = await serve();
  const shape = shapeOf(await partsOf(scriptedModel(playbook)));
  expect(shapeOf(await partsOf(await modelAt(server)))).toEqual(shape);
  expect(shape).toHaveLength(19);
  // The comparison sees more than texts: other pieces are another shape.
  expect(shapeOf(await partsOf(scriptedModel(playbook, { chunk: 5 })))).not.toEqual(shape);
});

test('two runs over HTTP differ in ids only, two runs in process in nothing', async () => {
  await using server = await serve();
  const model = await modelAt(server);
  const [one, two] = [await partsOf(model), await partsOf(model)];
  expect(shapeOf(one)).toEqual(shapeOf(two));
  expect(callIds(one)).toHaveLength(2);
  expect(callIds(one)).not.toEqual(callIds(two));
  expect(await partsOf(scriptedModel(playbook))).toEqual(await partsOf(scriptedModel(playbook)));
});

test('ids in process are unique across a conversation', async () => {
  const twice = streamText({
    model: scriptedModel({
      name: 'twice',
      plays: [
        {
          name: 'call',
          when: (c) => c.messages.length < 4,
          answer: () => ({ calls: [{ tool: 'getCharge', input: { id: 'ch_A1' } }] }),
        },
        { name: 'stop', when: () => true, answer: () => ({ text: 'done' }) },
      ],
    }),
    prompt: 'go',
    tools,
    stopWhen: isStepCount(4),
  });
  const ids = (await twice.steps).flatMap((step) => step.toolCalls.map((each) => each.toolCallId));
  expect(ids).toHaveLength(2);
  expect(new Set(ids).size).toBe(2);
});

test('with storage at the provider, later requests refer to items and the server resolves them', async () => {
  await using server = await serve();
  const model = await modelAt(server);
  const first = await generateText({ model, prompt: 'hello', maxRetries: 0 });
  const second = await generateText({
    model,
    messages: [
      { role: 'user', content: 'hello' },
      ...first.responseMessages,
      { role: 'user', content: 'again' },
    ],
    maxRetries: 0,
    include: { requestBody: true },
  });
  expect(JSON.stringify(second.finalStep.request.body)).toContain('item_reference');
  expect(second.text).toContain('assistant: Hello, how can I help you today?');
});

test("an unanswerable conversation is refused once and for all, with the playbook's own words", async () => {
  await using server = await serve();
  const result = generateText({ model: await modelAt(server), prompt: 'unheard of' });
  await expect(result).rejects.toMatchObject({
    statusCode: 400,
    isRetryable: false,
    message: expect.stringContaining('no play for this conversation'),
  });
  expect(server.requests()).toBe(1);
});

test('an unanswerable conversation in process is an error part with the code of the playbook', async () => {
  const result = streamText({
    model: scriptedModel(playbook),
    prompt: 'unheard of',
    onError: () => undefined,
  });
  const parts = await collect(result.stream);
  expect(parts.flatMap((each) => (each.type === 'error' ? [each.error] : []))).toMatchObject([
    { code: 'PLAYBOOK_EXHAUSTED' },
  ]);
});

test('an aborted call stops in the middle of its stream', async () => {
  const controller = new AbortController();
  const model = scriptedModel(playbook, { chunk: 1 });
  const { stream } = await model.doStream({ ...call, abortSignal: controller.signal });
  const reader = stream.getReader();
  await reader.read();
  controller.abort(new Error('enough'));
  const drain = async (): Promise<void> => {
    for (let done = false; !done; ) ({ done } = await reader.read());
  };
  await expect(drain()).rejects.toThrow('enough');
  await expect(model.doStream({ ...call, abortSignal: controller.signal })).rejects.toThrow(
    'enough',
  );
});

test('a slow stream arrives whole', async () => {
  await using server = await serve({ chunkDelayMs: 1 });
  const result = streamText({ model: await modelAt(server), prompt: 'hello' });
  expect(await result.text).toBe('Hello, how can I help you today?');
});

const get = (server: OpenAiServer, path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${server.url}${path}`, { headers: { authorization: 'Bearer k' }, ...init });

test('the API refuses as the real one does', async () => {
  await using server = await serve();
  const post = (body: string): Promise<Response> =>
    get(server, '/responses', { method: 'POST', body });
  const refusals = [
    await get(server, '/models', { headers: {} }),
    await get(server, '/nowhere'),
    await get(server, '/responses'),
    await post('{"model": '),
    await post('{"model":"desk"}'),
    await post('{"model":"desk","input":[{"type":"telepathy"}]}'),
    await post('{"model":"desk","input":"hello","previous_response_id":"resp_1"}'),
    await post('{"model":"other","input":"hello"}'),
    await post('{"model":"desk","input":[{"type":"item_reference","id":"msg_1"}]}'),
    await post(
      '{"model":"desk","input":[{"type":"function_call_output","call_id":"call_1","output":"x"}]}',
    ),
  ];
  const seen = await Promise.all(
    refusals.map(async (each) => [each.status, errorBody.parse(await each.json()).error.code]),
  );
  expect(seen).toEqual([
    [401, 'invalid_api_key'],
    [404, 'unknown_url'],
    [404, 'unknown_url'],
    [400, 'invalid_json'],
    [400, 'invalid_request'],
    [400, 'invalid_request'],
    [400, 'invalid_request'],
    [404, 'model_not_found'],
    [404, 'item_not_found'],
    [400, 'call_not_found'],
  ]);
  expect(server.requests()).toBe(refusals.length);
});

const errorBody = z.object({
  error: z.object({ code: z.string(), message: z.string(), type: z.string() }),
});

test('the model list names the model that is served', async () => {
  await using server = await serve({ model: 'desk-1' });
  expect(await (await get(server, '/models')).json()).toMatchObject({
    object: 'list',
    data: [{ id: 'desk-1', object: 'model' }],
  });
});

test('some events are cut in two on their way', async () => {
  await using server = await serve();
  const reply = await get(server, '/responses', {
    method: 'POST',
    body: JSON.stringify({ model: 'desk', input: 'hello', stream: true }),
  });
  const chunks = await collect<Uint8Array>(reply.body ?? []);
  const texts = chunks.map((each) => Buffer.from(each).toString());
  expect(texts.some((each) => !each.endsWith('\n\n'))).toBe(true);
  const types = [...texts.join('').matchAll(/^event: (.*)$/gm)].map((each) => each[1]);
  expect(types.filter((each, index) => each !== types[index - 1])).toEqual([
    'response.created',
    'response.in_progress',
    'response.output_item.added',
    'response.content_part.added',
    'response.output_text.delta',
    'response.output_text.done',
    'response.content_part.done',
    'response.output_item.done',
    'response.completed',
  ]);
});

test('closing drops a stalled connection and frees the port', async () => {
  const server = await serve({ faults: ['stalled-stream'] });
  const reply = await get(server, '/responses', {
    method: 'POST',
    body: JSON.stringify({ model: 'desk', input: 'hello', stream: true }),
  });
  await server.close();
  await expect(reply.text()).rejects.toThrow('terminated');
  await expect(get(server, '/models')).rejects.toThrow('fetch failed');
  await server.close();
});

async function collect<Item>(items: AsyncIterable<Item> | Iterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

function callIds(parts: readonly LanguageModelV4StreamPart[]): string[] {
  return parts.flatMap((each) => (each.type === 'tool-call' ? [each.toolCallId] : []));
}
