import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FidelityTooLowError } from '../fidelity-too-low-error.ts';
import { importFiles } from '../import-files.ts';
import { readImported } from '../imported-file.ts';
import { replayImported } from '../replay-imported.ts';
import { verifyDirectory } from '../verify-directory.ts';
import { readOtel } from './otel.ts';

type Values = Readonly<Record<string, unknown>>;
const text = (value: string): Values => ({ stringValue: value });
const json = (value: unknown): Values => text(JSON.stringify(value));
const list = (values: readonly unknown[]): Values => ({ arrayValue: { values } });
const pairs = (values: Values) => Object.entries(values).map(([key, value]) => ({ key, value }));
const keyed = (values: Values): Values => ({ kvlistValue: { values: pairs(values) } });
const chat = {
  'gen_ai.operation.name': text('chat'),
  'gen_ai.request.model': text('gpt-5'),
  'gen_ai.usage.input_tokens': { intValue: '12' },
  'gen_ai.usage.output_tokens': { intValue: '3' },
};
const span = (attributes: Values, rest: Values = {}) => ({
  traceId: 'a'.repeat(32),
  spanId: 'b'.repeat(16),
  name: 'chat gpt-5',
  startTimeUnixNano: '1700000000000000001',
  attributes: pairs(attributes),
  ...rest,
});
const exported = (...spans: readonly unknown[]) => ({
  resourceSpans: [{ scopeSpans: [{ spans }] }],
});

/** What no span tells. */
const always = [
  'requests and answers as they went over the network',
  'timings, and attributes beside those of words, model, tokens and finish reasons',
];
const question = [{ role: 'user', content: 'hi' }];
const reply = [{ role: 'assistant', content: 'yo' }];

describe('what was said is read, whichever convention says it', () => {
  const log = (eventName: string, body: Values) => ({
    spanId: 'b'.repeat(16),
    eventName,
    body: keyed(body),
  });
  const events = [
    { name: 'gen_ai.user.message', attributes: pairs({ content: text('hi') }) },
    { name: 'gen_ai.choice', attributes: pairs({ message: json(reply[0]) }) },
  ];
  const chosen = [{ message: reply[0] }];
  const conventions: readonly (readonly [name: string, text: string, answered: unknown])[] = [
    [
      'messages as JSON in attributes',
      JSON.stringify(
        exported(
          span({
            ...chat,
            'gen_ai.input.messages': json(question),
            'gen_ai.output.messages': json(reply),
          }),
        ),
      ),
      reply,
    ],
    [
      'messages as values of attributes',
      JSON.stringify(
        exported(
          span({
            ...chat,
            'gen_ai.input.messages': list([keyed({ role: text('user'), content: text('hi') })]),
            'gen_ai.output.messages': list([
              keyed({ role: text('assistant'), content: text('yo') }),
            ]),
          }),
        ),
      ),
      reply,
    ],
    ['events of the span', JSON.stringify(exported(span(chat, { events }))), chosen],
    [
      'records of a log in another line',
      [
        exported(span(chat)),
        {
          resourceLogs: [
            {
              scopeLogs: [
                {
                  logRecords: [
                    log('gen_ai.user.message', { content: text('hi') }),
                    log('gen_ai.choice', {
                      message: keyed({ role: text('assistant'), content: text('yo') }),
                    }),
                  ],
                },
              ],
            },
          ],
        },
      ]
        .map((each) => JSON.stringify(each))
        .join('\n'),
      chosen,
    ],
    [
      'attributes one by one',
      JSON.stringify(
        exported(
          span({
            ...chat,
            'gen_ai.prompt.0.role': text('user'),
            'gen_ai.prompt.0.content': text('hi'),
            'gen_ai.completion.0.role': text('assistant'),
            'gen_ai.completion.0.content': text('yo'),
          }),
        ),
      ),
      reply,
    ],
    [
      'a list of events as an attribute',
      JSON.stringify(
        exported(
          span({
            ...chat,
            events: json([
              { 'event.name': 'gen_ai.user.message', content: 'hi' },
              { 'event.name': 'gen_ai.choice', message: reply[0] },
            ]),
          }),
        ),
      ),
      chosen,
    ],
    [
      "the console of Python, between an application's lines",
      `started\n${JSON.stringify(
        {
          name: 'chat',
          context: { trace_id: '0x1', span_id: '0x2' },
          start_time: '2026-01-01T00:00:00Z',
          attributes: {
            'gen_ai.operation.name': 'chat',
            'gen_ai.request.model': 'gpt-5',
            'gen_ai.usage.prompt_tokens': 12,
            'gen_ai.usage.completion_tokens': 3,
          },
          events: [
            {
              name: 'gen_ai.content.prompt',
              attributes: { 'gen_ai.prompt': JSON.stringify(question) },
            },
            {
              name: 'gen_ai.content.completion',
              attributes: { 'gen_ai.completion': JSON.stringify(reply) },
            },
          ],
        },
        undefined,
        4,
      )}\nstopped {"a": 1}\n`,
      reply,
    ],
    [
      'Jaeger',
      JSON.stringify({
        data: [
          {
            spans: [
              {
                traceID: 't',
                spanID: 's',
                operationName: 'chat',
                startTime: 1,
                tags: [
                  { key: 'gen_ai.request.model', value: 'gpt-5' },
                  { key: 'gen_ai.usage.input_tokens', value: 12 },
                  { key: 'gen_ai.usage.output_tokens', value: '3' },
                  { key: 'gen_ai.input.messages', value: JSON.stringify(question) },
                  { key: 'gen_ai.output.messages', value: JSON.stringify(reply) },
                ],
              },
            ],
          },
        ],
      }),
      reply,
    ],
    [
      'OpenInference',
      JSON.stringify(
        exported(
          span({
            'openinference.span.kind': text('LLM'),
            'llm.model_name': text('gpt-5'),
            'llm.input_messages.0.message.role': text('user'),
            'llm.input_messages.0.message.content': text('hi'),
            'llm.output_messages.0.message.role': text('assistant'),
            'llm.output_messages.0.message.content': text('yo'),
            'llm.token_count.prompt': { intValue: '12' },
            'llm.token_count.completion': { intValue: 3 },
          }),
        ),
      ),
      reply,
    ],
    [
      'Langfuse',
      JSON.stringify(
        exported(
          span({
            'langfuse.observation.type': text('generation'),
            'langfuse.observation.model.name': text('gpt-5'),
            'langfuse.observation.input': json(question),
            'langfuse.observation.output': json(reply),
            'langfuse.observation.usage_details': json({ input: 12, output: 3, total: 15 }),
          }),
        ),
      ),
      reply,
    ],
    [
      'MLflow',
      JSON.stringify(
        exported(
          span({
            'mlflow.spanType': json('CHAT_MODEL'),
            'mlflow.spanInputs': json({ model: 'gpt-5', messages: question }),
            'mlflow.spanOutputs': json(reply),
            'mlflow.chat.tokenUsage': json({ input_tokens: 12, output_tokens: 3 }),
          }),
        ),
      ),
      reply,
    ],
    [
      'early Logfire',
      JSON.stringify(
        exported(
          span({
            ...chat,
            request_data: json({ model: 'gpt-5', messages: question }),
            response_data: json({ message: reply[0] }),
          }),
        ),
      ),
      reply,
    ],
  ];
  test.for(conventions)('%s', ([, given, answered]) => {
    const { found, left } = readOtel(given);
    expect(left).toEqual([]);
    expect(found.map(({ exchanges, losses }) => ({ exchanges, losses }))).toMatchObject([
      {
        exchanges: [
          {
            t: 'semantic',
            model: 'gpt-5',
            request: { messages: [{ role: 'user', content: 'hi' }] },
            answer: { messages: answered },
            usage: { input: 12, output: 3 },
          },
        ],
        losses: always,
      },
    ]);
  });

  test("the AI SDK's own names", () => {
    const prompt = [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }];
    const spans = [
      {
        name: 'ai.generateText',
        traceId: 't',
        startTime: [1, 0],
        attributes: { 'ai.operationId': 'ai.generateText' },
      },
      {
        name: 'ai.generateText.doGenerate',
        traceId: 't',
        startTime: [1, 5],
        attributes: {
          'ai.operationId': 'ai.generateText.doGenerate',
          'ai.model.id': 'gpt-5',
          'ai.model.provider': 'openai.responses',
          'ai.prompt.messages': JSON.stringify(prompt),
          'ai.prompt.tools': ['{"type":"function","name":"f"}'],
          'ai.response.text': 'yo',
          'ai.response.toolCalls': '[{"toolCallId":"c","toolName":"f","input":{}}]',
          'ai.response.finishReason': 'tool-calls',
          'ai.usage.inputTokens': 4,
          'ai.usage.outputTokens': 2,
        },
      },
    ];
    const { found } = readOtel(JSON.stringify(spans));
    expect(found[0]?.exchanges).toEqual([
      {
        t: 'semantic',
        line: 1,
        model: 'gpt-5',
        request: {
          messages: prompt,
          tools: [{ type: 'function', name: 'f' }],
          provider: 'openai.responses',
        },
        answer: { text: 'yo', toolCalls: [{ toolCallId: 'c', toolName: 'f', input: {} }] },
        finishReasons: ['tool-calls'],
        usage: { input: 4, output: 2 },
      },
    ]);
    expect(found[0]?.losses).toContain('spans of agents and tools: 1');
  });
});

test('what was not captured, cut or dropped is listed, and nothing is filled in', () => {
  const cut = { 'gen_ai.input.messages': text('[{"role":"user","con') };
  const { found } = readOtel(
    JSON.stringify(
      exported(
        span(chat),
        span({ ...chat, ...cut }, { droppedAttributesCount: 2, status: { code: 2 } }),
      ),
    ),
  );
  expect(
    found[0]?.exchanges.map((each) => each.t === 'semantic' && [each.request, each.answer]),
  ).toEqual([
    [{}, {}],
    [{ messages: '[{"role":"user","con' }, { error: '_OTHER' }],
  ]);
  expect(found[0]?.losses).toEqual([
    ...always,
    'what 1 of 2 calls asked: it was not captured',
    'what 1 of 2 calls answered: it was not captured',
    'the ends of 1 texts that the tracer cut: they stand as they are',
    'attributes, which the tracer dropped: 2',
  ]);
});

test('what stands where spans do and is none, and records of logs whose span is elsewhere, are told', () => {
  const logRecords = [{ spanId: 'e'.repeat(16), eventName: 'gen_ai.choice', body: text('yo') }];
  const { found, left } = readOtel(
    JSON.stringify({ ...exported(span(chat), 7), resourceLogs: [{ scopeLogs: [{ logRecords }] }] }),
  );
  expect(found.map(({ exchanges }) => exchanges.length)).toEqual([1]);
  expect(left.map(({ reason }) => reason)).toEqual([
    'it is no span',
    '1 records of logs belong to spans that are not in this file',
  ]);
  const [other] = readOtel(JSON.stringify(exported({ name: 'GET /', spanId: 's' }))).left;
  expect(other?.reason).toBe('none of its 1 spans is a call of a model');
});

test('a whole number that JavaScript would round stays the text that it is', () => {
  const seed = { intValue: '9007199254740993' };
  const { found } = readOtel(
    JSON.stringify(exported(span({ ...chat, 'gen_ai.request.seed': seed }))),
  );
  expect(found[0]?.exchanges).toMatchObject([
    { request: { parameters: { seed: '9007199254740993' } } },
  ]);
});

test('traces are recordings of their own, verified and not replayed; what is torn or no call is told with its line', async () => {
  const out = await mkdtemp(join(tmpdir(), 'groundhog-otel-'));
  try {
    const mail = {
      ...chat,
      'gen_ai.input.messages': json([{ role: 'user', content: 'I am ann.lee@example.org' }]),
    };
    const embedding = {
      'gen_ai.operation.name': text('embeddings'),
      'gen_ai.request.model': text('e'),
    };
    const lines = [
      JSON.stringify(exported(span(mail))),
      '{"resourceSpans":[{"scop',
      JSON.stringify(exported(span(chat, { traceId: 'c'.repeat(32) }), span(embedding))),
      JSON.stringify(exported(span({ 'gen_ai.operation.name': text('chat') }))),
    ];
    const file = join(out, 'spans.jsonl');
    await writeFile(file, lines.join('\n'));
    const report = await importFiles({ format: 'otel', files: [file], out: join(out, 'imported') });
    expect(report.skipped.map(({ line, reason }) => [line, reason])).toEqual([
      [2, 'it is not whole JSON'],
      [4, 'it does not say which model was called'],
      [3, 'it is no call of a model, but embeddings'],
    ]);
    expect(report.recordings.map(({ fidelity, exchanges }) => [fidelity, exchanges])).toEqual([
      ['semantic', 1],
      ['semantic', 1],
    ]);
    const path = report.recordings[0]?.recording ?? '';
    expect(path.endsWith(`spans.${'a'.repeat(32)}.jsonl`)).toBe(true);
    expect(await readFile(path, 'utf8')).not.toContain('ann.lee');
    await expect(replayImported(await readImported(path))).rejects.toThrow(FidelityTooLowError);
    expect(await verifyDirectory(join(out, 'imported'))).toMatchObject({ ok: 2, failed: [] });
    await writeFile(path, (await readFile(path, 'utf8')).replace('"input":12', '"input":13'));
    expect(await verifyDirectory(join(out, 'imported'))).toMatchObject({ ok: 1 });
  } finally {
    await rm(out, { recursive: true });
  }
});

test.for(['{}', '{"resourceSpans":[]}', 'hello\nworld'])('%s holds no spans', (given) => {
  expect(() => readOtel(given)).toThrow(/holds no spans/);
});
