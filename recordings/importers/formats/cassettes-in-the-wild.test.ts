import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { importFiles } from '../import-files.ts';
import { readImported } from '../imported-file.ts';
import { replayImported } from '../replay-imported.ts';

let out = '';
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'groundhog-wild-'));
});
afterAll(() => rm(out, { recursive: true }));

const url = 'https://api.openai.com/v1/chat/completions';
const request = { model: 'gpt-5-mini', messages: [{ role: 'user', content: 'hi' }] };
const choice = {
  index: 0,
  message: { role: 'assistant', content: 'Hello' },
  finish_reason: 'stop',
};
const usage = { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 };
const completion = { id: 'chatcmpl-1', object: 'chat.completion', created: 1, model: 'gpt-5-mini' };
const answer = { ...completion, choices: [choice], usage };
const hello = {
  text: 'Hello',
  toolCalls: [],
  usage: { input: 12, output: 5 },
  finishReason: 'stop',
};

/** An exchange as vcrpy writes it: what it writes as a block is JSON here, which is YAML too. */
function exchange(parts: {
  readonly url?: string;
  readonly method?: string;
  readonly asked?: unknown;
  readonly body: unknown;
}): string {
  const asked = JSON.stringify(JSON.stringify(parts.asked ?? request));
  return `- request:
    body: ${asked}
    headers: {}
    method: ${parts.method ?? 'POST'}
    uri: ${parts.url ?? url}
  response:
    body: ${JSON.stringify(parts.body)}
    headers: {}
    status: {code: 200, message: OK}
`;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const whole = exchange({ body: { string: JSON.stringify(answer) } });
const binary = (bytes: Buffer): string =>
  `interactions:\n${whole.replace(/body: \{.*\}/, `body: {string: !!binary ${bytes.toString('base64')}}`)}`;

async function importText(name: string, text: string | Buffer) {
  const file = join(out, name);
  await writeFile(file, text);
  const report = await importFiles({ format: 'vcr', files: [file], out: join(out, 'imported') });
  const [written] = report.recordings;
  if (written === undefined) return { ...report, answers: [] };
  const { answers, differences } = await replayImported(await readImported(written.recording));
  expect(differences).toEqual([]);
  return { ...report, answers };
}

describe('one call, as many tools write it, is imported and replays', () => {
  const cassettes: readonly (readonly [name: string, text: string | Buffer])[] = [
    ['vcrpy.yaml', `interactions:\n${whole}version: 1\n`],
    ['with a mark of its bytes.yaml', `\ufeffinteractions:\n${whole}`],
    ['with ends of line of Windows.yaml', `interactions:\n${whole}`.replaceAll('\n', '\r\n')],
    ['packed with gzip.yaml.gz', gzipSync(`interactions:\n${whole}`)],
    ['packed with gzip, as text.yaml', gzipSync(`interactions:\n${whole}`).toString('base64')],
    ['with a packed body.yaml', binary(gzipSync(JSON.stringify(answer)))],
    [
      'with a deflated body.yaml',
      binary(deflateSync(JSON.stringify(answer))).replace(
        /headers: \{\}\n {4}status/,
        'headers: {Content-Encoding: [deflate]}\n    status',
      ),
    ],
    [
      'with a body that is deflated without an envelope.yaml',
      binary(deflateRawSync(JSON.stringify(answer))).replace(
        /headers: \{\}\n {4}status/,
        'headers: {content-encoding: deflate}\n    status',
      ),
    ],
    [
      'as LangChain writes it.yaml.gz',
      gzipSync(
        `requests:\n- body: !!binary |\n    ${base64(JSON.stringify(request))}\n  headers:\n    authorization: ['**REDACTED**']\n  method: POST\n  uri: ${url}\nresponses:\n- body:\n    string: !!binary |\n      ${base64(JSON.stringify(answer))}\n  headers: {}\n  status:\n    code: 200\n    message: OK\n`,
      ),
    ],
    ['in UTF-16.yaml', Buffer.from(`\ufeffinteractions:\n${whole}`, 'utf16le')],
    [
      'go-vcr.yaml',
      `---\nversion: 2\ninteractions:\n    - id: 0\n      request:\n        body: '${JSON.stringify(request)}'\n        url: ${url}\n        method: POST\n      response:\n        body: '${JSON.stringify(answer)}'\n        headers:\n            Content-Type:\n                - application/json\n        status: 200 OK\n        code: 200\n        duration: 1.2s\n`,
    ],
    [
      'php-vcr.yml',
      `\n-\n    request:\n        method: POST\n        url: '${url}'\n        headers:\n            Host: api.openai.com\n        body: '${JSON.stringify(request)}'\n    response:\n        status:\n            code: '200'\n        body: '${JSON.stringify(answer)}'\n`,
    ],
    [
      'with bodies that say their type.yaml',
      `version: 1\ninteractions:\n${exchange({ body: { type: 'json', content: answer } }).replace('{code: 200, message: OK}', '200')}`,
    ],
    [
      'betamax.json',
      JSON.stringify({
        http_interactions: [
          {
            request: {
              body: { encoding: 'utf-8', string: JSON.stringify(request) },
              method: 'POST',
              uri: url,
            },
            response: {
              body: { base64_string: gzipSync(JSON.stringify(answer)).toString('base64') },
              headers: { 'Content-Encoding': ['gzip'] },
              status: { code: 200, message: 'OK' },
            },
          },
        ],
      }),
    ],
    [
      'exvcr.json',
      JSON.stringify([
        {
          request: { body: JSON.stringify(request), method: 'post', url },
          response: { body: JSON.stringify(answer), status_code: 200 },
        },
      ]),
    ],
    [
      'nock.json',
      JSON.stringify([
        {
          scope: 'https://api.openai.com:443',
          method: 'POST',
          path: '/v1/chat/completions',
          body: request,
          status: 200,
          response: answer,
          rawHeaders: ['Content-Type', 'application/json'],
        },
      ]),
    ],
    [
      'nock, packed.json',
      JSON.stringify([
        {
          scope: 'https://api.openai.com:443',
          method: 'POST',
          path: '/v1/chat/completions',
          body: JSON.stringify(request),
          status: 200,
          response: [gzipSync(JSON.stringify(answer)).toString('hex')],
          rawHeaders: { 'content-encoding': 'gzip' },
          responseIsBinary: false,
        },
      ]),
    ],
    [
      'in one line.yaml',
      `interactions: [{request: {method: POST, uri: "${url}", body: '${JSON.stringify(request)}'}, response: {status: {code: 200}, body: {string: '${JSON.stringify(answer)}'}}}]\n`,
    ],
    [
      'with a key that stands twice.yaml',
      `interactions:\n${whole.replace('    method', '    method: GET\n    method')}`,
    ],
    [
      'of Azure, by a client that doubles a stroke.yaml',
      `interactions:\n${whole.replace(url, 'https://my.openai.azure.com//openai/deployments/gpt/chat/completions?api-version=2024-10-21')}`,
    ],
  ];
  test.for(cassettes)('%s', async ([name, text]) => {
    const { imported, skipped, answers } = await importText(name, text);
    expect({ imported, skipped, answers }).toEqual({ imported: 1, skipped: [], answers: [hello] });
  });
});

test('what stands elsewhere in a cassette and is repeated by name is found', async () => {
  const named = whole.replace('headers: {}', 'headers: &common {accept: [json]}');
  const text = `interactions:\n${named}${whole.replace('headers: {}', 'headers: *common')}`;
  expect((await importText('names.yaml', text)).answers).toEqual([hello, hello]);
});

test.for([
  ['several documents', `interactions:\n${whole}version: 1\n---\ninteractions:\n${whole}`],
  ['a list that stands twice', `interactions:\n${whole}version: 1\ninteractions:\n${whole}`],
  ['documents that are lists', `---\n${whole}---\n${whole}...\n`],
])('of %s nothing is passed over', async ([name = '', text = '']) => {
  const { skipped, answers } = await importText(`${name}.yaml`, text);
  expect({ skipped, answers }).toEqual({ skipped: [], answers: [hello, hello] });
});

test('a document of a file that is no cassette, and a request without its answer, are told', async () => {
  const documents = await importText('two.yaml', `interactions:\n${whole}---\nother: 1\n`);
  expect(documents.answers).toEqual([hello]);
  expect(documents.skipped.map(({ line, reason }) => [line, reason])).toEqual([
    [11, 'this document of the file is no cassette'],
  ]);
  const asked = `- {method: POST, uri: "${url}", body: '${JSON.stringify(request)}'}\n`;
  const answered = `- {status: {code: 200}, body: {string: '${JSON.stringify(answer)}'}}\n`;
  const pairs = await importText(
    'pairs.yaml',
    `requests:\n${asked}${asked}responses:\n${answered}`,
  );
  expect(pairs.answers).toEqual([hello]);
  expect(pairs.skipped.map(({ line, reason }) => [line, reason])).toEqual([
    [3, 'its answer was not kept'],
  ]);
});

test.for([
  [
    'in a text',
    whole
      .replace('gpt-5-mini', '9')
      .replace(/body: "(.*)"/, `body: '{"messages":[],"seed":9007199254740993}'`),
  ],
  ['parsed', whole.replace(/body: ".*"/, 'parsed_body: {messages: [], seed: 9007199254740993}')],
  ['not a number', whole.replace(/body: ".*"/, 'parsed_body: {messages: [], seed: .nan}')],
])(
  'a number that JSON would lose is not written as another: %s',
  async ([name = '', text = '']) => {
    const { imported, skipped } = await importText(`${name}.yaml`, `interactions:\n${text}`);
    expect(imported).toBe(0);
    expect(skipped[0]?.reason).toMatch(/more digits than JSON keeps|holds what JSON cannot hold/);
  },
);

test('a cassette that is torn leaves the exchanges before the tear', async () => {
  const text = `interactions:\n${whole}${whole.slice(0, -40)}`;
  const { skipped, answers } = await importText('torn-later.yaml', text);
  expect(answers).toEqual([hello]);
  expect(skipped.map(({ line, reason }) => [line, reason])).toEqual([
    [11, 'its status was not kept'],
  ]);
});

test('other providers and other interfaces are left, each with its line', async () => {
  const others = [
    ['https://openrouter.ai/api/v1/chat/completions', 'POST'],
    ['http://localhost:11434/v1/chat/completions', 'POST'],
    ['https://api.openai.com.evil.example/v1/chat/completions', 'POST'],
    ['https://api.openai.com/v1/embeddings', 'POST'],
    ['https://my.openai.azure.com/openai/deployments/e/embeddings', 'POST'],
    ['https://api.openai.com/v1/responses/resp_0123456789abcdef?stream=false', 'GET'],
  ].map(([other = '', method = '']) => exchange({ url: other, method, body: '' }));
  const { skipped, answers } = await importText(
    'others.yaml',
    `interactions:\n${others.join('')}${whole}`,
  );
  expect(answers).toEqual([hello]);
  expect(skipped.map(({ line, reason }) => [line, reason])).toEqual([
    [2, 'it is a call to openrouter.ai, not to OpenAI'],
    [11, 'it is a call to localhost:11434, not to OpenAI'],
    [20, 'it is a call to api.openai.com.evil.example, not to OpenAI'],
    [29, 'POST /v1/embeddings is neither Responses nor Chat Completions'],
    [38, 'POST /openai/deployments/e/embeddings is neither Responses nor Chat Completions'],
    [47, 'GET /v1/responses/… is neither Responses nor Chat Completions'],
  ]);
});

describe('a stream', () => {
  const chunk = (
    delta: object,
    { index = 0, reason = null }: { index?: number; reason?: string | null } = {},
  ) =>
    JSON.stringify({
      ...completion,
      object: 'chat.completion.chunk',
      choices: [{ index, delta, finish_reason: reason }],
    });
  const counted = JSON.stringify({
    ...completion,
    object: 'chat.completion.chunk',
    choices: [],
    usage,
  });
  const said = [chunk({ content: 'Hel' }), chunk({ content: 'lo' }), chunk({}, { reason: 'stop' })];
  const asked = { ...request, stream: true, stream_options: { include_usage: true } };
  const streamed = (payloads: readonly string[], between = '\n\n'): string =>
    `interactions:\n${exchange({ asked, body: { string: payloads.map((each) => `data: ${each}${between}`).join('') } })}`;

  test.for([
    ['of lines that end as Windows ends them', streamed([...said, counted, '[DONE]'], '\r\n\r\n')],
    ['of lines that end with a return alone', streamed([...said, counted, '[DONE]'], '\r\r')],
    ['without its marker, and with all that was asked for', streamed([...said, counted])],
    [
      'whose payloads take several lines, between comments',
      streamed(
        [...said, counted].map((each) => each.replace(',', ',\ndata: ')),
        '\n\n: PROCESSING\n\n',
      ),
    ],
    [
      'of several choices, of which the first is kept',
      streamed([
        said[0] ?? '',
        chunk({ content: 'Hey' }, { index: 1 }),
        ...said.slice(1),
        chunk({}, { index: 1, reason: 'stop' }),
        counted,
      ]),
    ],
    [
      'that begins as those of Azure do',
      streamed([
        '{"choices":[],"id":"","object":"","prompt_filter_results":[]}',
        ...said,
        counted,
        '[DONE]',
      ]),
    ],
  ])('%s is imported and replays', async ([name = '', text = '']) => {
    const { skipped, answers, recordings } = await importText(`${name}.yaml`, text);
    expect({ skipped, answers }).toEqual({ skipped: [], answers: [hello] });
    const isFirstOfMore = recordings[0]?.losses.includes(
      'choices beyond the first in 1 of its answers',
    );
    expect(isFirstOfMore).toBe(name.includes('several choices'));
  });

  test.for([
    ['that was left off', streamed(said.slice(0, 2)), 'its stream stops before its end'],
    ['without the count that was asked for', streamed(said), 'its stream stops before its end'],
    [
      'of a call in the manner of before',
      streamed([
        chunk({ function_call: { name: 'f', arguments: '{}' } }),
        chunk({}, { reason: 'function_call' }),
        counted,
      ]),
      'the provider reads it otherwise: toolCalls/0: {"id":"","input":"{}","name":"f"} was recorded, nothing yielded',
    ],
  ])('%s is left, and it is said why', async ([name = '', text = '', reason]) => {
    const { imported, skipped } = await importText(`${name}.yaml`, text);
    expect({ imported, reasons: skipped.map((each) => each.reason) }).toEqual({
      imported: 0,
      reasons: [reason],
    });
  });
});

test('what gives access to tools elsewhere, and whose account it was, is not written', async () => {
  const tools = [
    { type: 'mcp', authorization: 'opaque-canary-1', headers: { 'X-Api-Key': 'canary-2' } },
  ];
  const message = 'Rate limit reached in organization org-canary3canary3canary on tokens.';
  const text = `interactions:\n${exchange({ asked: { ...request, tools }, body: { string: JSON.stringify({ error: { message } }) } })}`;
  const { recordings } = await importText('access.yaml', text.replace('code: 200', 'code: 429'));
  const written = await readFile(recordings[0]?.recording ?? '', 'utf8');
  expect(written).toContain('"authorization":"[credential 1]"');
  expect(written).toContain('organization [account 3]');
  expect(written).not.toContain('canary');
});

test('a secret that redaction does not reach is named by its field and never written', async () => {
  const metadata = { 'ann.lee@example.org': 'x' };
  const text = `interactions:\n${exchange({ asked: { ...request, metadata }, body: { string: JSON.stringify(answer) } })}`;
  const { imported, skipped } = await importText('field.yaml', text);
  expect({ imported, reasons: skipped.map(({ reason }) => reason) }).toEqual({
    imported: 0,
    reasons: [
      'it holds an e-mail address that redaction does not reach, in /request/body/metadata/…',
    ],
  });
});
