import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { jsonItemLines } from '../foreign/json-item-lines.ts';
import { importFiles } from '../import-files.ts';
import { readImported } from '../imported-file.ts';
import { replayImported } from '../replay-imported.ts';
import { readHar } from './har.ts';

const archive = join(import.meta.dirname, '../fixtures/browser.har');

test('of an HTTP archive the whole calls of OpenAI are imported and replay, the others are told with their lines', async () => {
  const out = await mkdtemp(join(tmpdir(), 'groundhog-har-'));
  try {
    const report = await importFiles({ format: 'har', files: [archive], out });
    const lines = (await readFile(archive, 'utf8')).split('\n');
    const entries = lines.flatMap((text, index) => (text === '      {' ? [index + 1] : []));
    expect(entries).toHaveLength(6);
    expect(report).toMatchObject({ imported: 1, recordings: [{ fidelity: 'wire', exchanges: 2 }] });
    expect(report.skipped.map(({ line, reason }) => [line, reason])).toEqual([
      [entries[2], 'its answer was not kept'],
      [entries[3], 'its request was not kept'],
      [entries[4], 'it is a call to api.anthropic.com, not to OpenAI'],
      [entries[5], 'status 0 is no answer'],
    ]);
    const path = report.recordings[0]?.recording ?? '';
    const { answers, differences } = await replayImported(await readImported(path));
    const paris = {
      text: 'It is 22 degrees in Paris.',
      toolCalls: [],
      usage: { input: 41, output: 17 },
      finishReason: 'stop',
    };
    expect({ answers, differences }).toEqual({ answers: [paris, paris], differences: [] });
    expect(await readFile(path, 'utf8')).not.toContain('thisMustNeverReachDisk');
  } finally {
    await rm(out, { recursive: true });
  }
});

test.for(['[]', '{"log":{}}', '{"log":'])('%s is no archive', (text) => {
  expect(() => readHar(text)).toThrow(/no HTTP archive|not whole JSON/);
});

test('the lines of items are found whatever stands before and in them', () => {
  const text = JSON.stringify(
    {
      entries: ['not here'],
      log: { 'a"]\\': [[{ entries: [1] }]], entries: [{ x: '}\n\\"{' }, [], 'é'] },
    },
    undefined,
    1,
  );
  const lines = jsonItemLines(text, ['log', 'entries']);
  expect(lines.map((line) => text.split('\n')[line - 1]?.trim())).toEqual(['{', '[],', '"é"']);
});

describe('an entry', () => {
  const url = 'https://api.openai.com/v1/chat/completions';
  const asked = JSON.stringify({ model: 'gpt-5', messages: [] });
  const message = { role: 'assistant', content: 'Hello' };
  const choices = [{ index: 0, message, finish_reason: 'stop' }];
  const answered = JSON.stringify({ object: 'chat.completion', model: 'gpt-5', choices });
  const packed = brotliCompressSync(answered).toString('base64');
  const read = (parts: { readonly request?: object; readonly response?: object }) =>
    readHar(
      JSON.stringify({
        log: {
          entries: [
            {
              request: { method: 'POST', url, postData: { text: asked }, ...parts.request },
              response: {
                status: 200,
                headers: [],
                content: { text: answered },
                ...parts.response,
              },
            },
          ],
        },
      }),
    );

  test.for([
    [
      'with a packed body',
      {
        headers: [{ name: 'Content-Encoding', value: 'br' }],
        content: { text: packed, encoding: 'base64' },
      },
    ],
    [
      'of Polly, in packed pieces',
      {
        headers: [{ name: 'content-encoding', value: 'br' }],
        content: {
          text: JSON.stringify([packed.slice(0, 8), packed.slice(8)]),
          encoding: 'base64',
        },
      },
    ],
    [
      'of an older Polly',
      {
        headers: [{ name: 'content-encoding', value: 'br' }],
        content: { text: JSON.stringify([Buffer.from(packed, 'base64').toString('hex')]) },
      },
    ],
    [
      'with headers that are no texts',
      {
        headers: [
          { name: 'x', value: 7 },
          { name: 'y', value: null },
        ],
      },
    ],
    ['with a status in words', { status: '200' }],
    ['without headers', { headers: undefined }],
  ] as const)('%s is read', ([, response]) => {
    const { found, left } = read({ response });
    expect(left).toEqual([]);
    expect(found[0]?.exchanges).toMatchObject([{ answer: { body: { json: { choices } } } }]);
  });

  test.for([
    [
      'whose answer Playwright put beside it',
      { response: { content: { size: 9, _file: 'a.json' } } },
      'its answer lies in a file beside the archive',
    ],
    [
      'whose request Playwright put beside it',
      { request: { postData: { _sha1: 'a.json' } } },
      'its request lies in a file beside the archive',
    ],
    [
      'whose answer a browser dropped',
      { response: { content: { size: 9 } } },
      'its answer was not kept',
    ],
    [
      'without an answer',
      { response: { status: null } },
      'it is no entry of an archive: response.status has another shape',
    ],
  ] as const)('%s is left', ([, parts, reason]) => {
    expect(read(parts).left).toEqual([{ line: 1, reason }]);
  });
});
