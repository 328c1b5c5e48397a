import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRecording, writeRecording } from '../format/recording-file.ts';
import { RecordingKindError } from '../format/recording-kind-error.ts';
import { FidelityTooLowError } from './fidelity-too-low-error.ts';
import { importFiles } from './import-files.ts';
import { ImportOutputError } from './import-output-error.ts';
import { readImported } from './imported-file.ts';
import { driveImported, replayImported } from './replay-imported.ts';
import { verifyDirectory } from './verify-directory.ts';

const fixture = (name: string): string => join(import.meta.dirname, 'fixtures', name);
let out = '';

beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'groundhog-import-'));
});
afterAll(() => rm(out, { recursive: true }));

/** Imports files into a directory of their own. */
async function importAnswers(directory: string, names: readonly string[]) {
  const files = names.map(fixture);
  return importFiles({ format: 'openai-sse', files, out: join(out, directory) });
}

describe('answers of OpenAI without their requests', () => {
  test('one payload a line, an event stream and one whole answer are imported, and the provider reads them', async () => {
    const names = ['responses.jsonl', 'chat.sse', 'answer.json'];
    const report = await importAnswers('answers', names);
    expect(report).toMatchObject({ imported: 3, skipped: [] });
    expect(report.recordings.map(({ fidelity, losses }) => [fidelity, losses])).toEqual(
      names.map(() => ['response-only', ['requests', 'status and headers of answers', 'timings']]),
    );
    const replays = await Promise.all(
      report.recordings.map(async ({ recording }) => driveImported(await readImported(recording))),
    );
    const paris = {
      text: 'It is 22 degrees in Paris.',
      toolCalls: [],
      usage: { input: 41, output: 17 },
      finishReason: 'stop',
    };
    expect(replays.map(({ answers }) => answers)).toEqual([
      [paris],
      [
        {
          text: 'Your card [card 1], mail [e-mail 1]',
          toolCalls: [{ id: 'call_b', name: 'refund', input: '{"to":"[card 1]"}' }],
          usage: { input: 5, output: 6 },
          finishReason: 'tool-calls',
        },
      ],
      [paris],
    ]);
  });

  test('what must not reach the disk does not, though it came in pieces', async () => {
    const [written] = (await importAnswers('secrets', ['chat.sse'])).recordings;
    const text = await readFile(written?.recording ?? '', 'utf8');
    expect(await readFile(fixture('chat.sse'), 'utf8')).toContain('andrea.hi');
    expect(text).not.toMatch(/4242|andrea|shop\.example/);
  });

  test('a file is skipped with line and reason, and the others are imported', async () => {
    const broken = [
      'responses-torn.jsonl',
      'no-answer.jsonl',
      'empty.yaml',
      'binary.yaml',
      'no-cassette.yaml',
      'latin-1.yaml',
      'not-there.jsonl',
    ];
    const { imported, skipped } = await importAnswers('broken', [...broken, 'answer.json']);
    expect(imported).toBe(1);
    expect(skipped.map(({ file, line, reason }) => [file, line, reason])).toEqual(
      [
        [1, 'its stream stops before its end'],
        [1, 'it is no answer of Responses or Chat Completions'],
        [1, 'the file is empty'],
        [3, 'the file is binary'],
        [1, 'an event of the stream is not whole JSON'],
        [3, 'the file is not UTF-8'],
        [1, 'there is no such file'],
      ].map((each, index) => [fixture(broken[index] ?? ''), ...each]),
    );
    expect(await readdir(join(out, 'broken'))).toEqual(['answer.jsonl']);
  });

  test('a line that is torn is named, and files of one name do not overwrite each other', async () => {
    const path = join(out, 'torn.jsonl');
    const lines = (await readFile(fixture('responses.jsonl'), 'utf8')).split('\n');
    await writeFile(path, `${lines.slice(0, 3).join('\n')}\n{"type":"respon`);
    const answer = fixture('answer.json');
    const files = [path, answer, answer];
    const report = await importFiles({ format: 'openai-sse', files, out: join(out, 'twice') });
    expect(report.skipped).toEqual([
      { file: path, line: 4, reason: 'an event of the stream is not whole JSON' },
    ]);
    expect(await readdir(join(out, 'twice'))).toEqual(['answer.jsonl', 'answer~2.jsonl']);
  });

  test('importing again writes the same files, and what is there of others stands', async () => {
    const directory = join(out, 'again');
    await mkdir(directory);
    await writeFile(join(directory, 'answer.jsonl'), 'somebody wrote this\n');
    const names = ['answer.json', 'chat.sse'];
    const first = await importAnswers('again', names);
    expect(await readdir(directory)).toEqual(['answer.jsonl', 'answer~2.jsonl', 'chat.jsonl']);
    const texts = () =>
      Promise.all(first.recordings.map(({ recording }) => readFile(recording, 'utf8')));
    const before = await texts();
    expect(await importAnswers('again', names)).toEqual(first);
    expect(await texts()).toEqual(before);
    expect(await readFile(join(directory, 'answer.jsonl'), 'utf8')).toBe('somebody wrote this\n');
  });

  test('a directory stands for the files below it, a pattern for those that it matches', async () => {
    const tree = join(out, 'tree');
    await mkdir(join(tree, 'a/b'), { recursive: true });
    const answer = await readFile(fixture('answer.json'));
    const long = 'l'.repeat(240);
    for (const name of ['a/b/one.json', 'a/One.json', 'a/one.json', `a/${long}.json`]) {
      await writeFile(join(tree, name), answer);
    }
    await writeFile(join(tree, 'a/b/.hidden'), '');
    await symlink(join(tree, 'a'), join(tree, 'a/b/again'));
    const directory = join(out, 'of-tree');
    const report = await importFiles({ format: 'openai-sse', files: [tree], out: directory });
    expect(report.skipped).toEqual([
      { file: join(tree, 'a/b/.hidden'), line: 1, reason: 'the file is empty' },
      { file: join(tree, 'a/b/again'), line: 1, reason: 'no file can be read below it' },
    ]);
    const written = report.recordings.map(({ recording }) => recording.slice(directory.length + 1));
    expect(written.slice(0, 3)).toEqual([
      'a/One.jsonl',
      'a/b/one.jsonl',
      `a/${'l'.repeat(200)}~148dada4.jsonl`,
    ]);
    expect(written[3]).toBe('a/one~2.jsonl');
    expect(await verifyDirectory(directory)).toMatchObject({ recordings: 4, ok: 4 });
    const files = [join(tree, '*/b/*.json'), join(tree, 'no*thing'), join(tree, 'empty')];
    await mkdir(files[2] ?? '');
    const matched = await importFiles({ format: 'openai-sse', files, out: join(out, 'matched') });
    expect([matched.imported, matched.skipped]).toEqual([
      1,
      [
        { file: files[1], line: 1, reason: 'there is no such file' },
        { file: files[2], line: 1, reason: 'no file can be read below it' },
      ],
    ]);
  });

  test('where nothing can be written the files are not blamed', async () => {
    const file = join(out, 'no-directory');
    await writeFile(file, '');
    const files = [fixture('answer.json')];
    await expect(importFiles({ format: 'openai-sse', files, out: file })).rejects.toThrow(
      ImportOutputError,
    );
  });

  test.for([
    ['har', 'vcrpy.yaml', 'vcr'],
    ['vcr', 'browser.har', 'har'],
    ['vcr', 'responses.jsonl', 'openai-sse'],
    ['otel', 'ruby.yml', 'vcr'],
    ['devtools', 'spans.jsonl', 'otel'],
    ['openai-sse', 'devtools-middleware.json', 'devtools'],
  ] as const)(
    'who reads as %s what is none is told what %s looks like',
    async ([format, name, likely]) => {
      const report = await importFiles({
        format,
        files: [fixture(name)],
        out: join(out, 'mistaken'),
      });
      expect(report.imported).toBe(0);
      expect(report.skipped.map(({ reason }) => reason)).toEqual([
        `it is nothing that import ${format} reads, and looks like what import ${likely} does`,
      ]);
    },
  );

  test('a failure in a stream is an answer, and one alone is none', async () => {
    const failure = { type: 'server_error', code: null, message: 'Sorry.', param: null };
    const path = join(out, 'failures.jsonl');
    const lines = [{ type: 'error', error: failure, sequence_number: 2 }, { error: failure }];
    await writeFile(path, JSON.stringify(lines[0]));
    const files = [path, join(out, 'failure.json')];
    await writeFile(files[1] ?? '', JSON.stringify(lines[1]));
    const report = await importFiles({ format: 'openai-sse', files, out: join(out, 'failures') });
    expect(report).toMatchObject({
      recordings: [{ file: path, exchanges: 1 }],
      skipped: [{ file: files[1], reason: 'it is a failure, and its status was not kept' }],
    });
  });

  test('of a torn answer over several lines is said where it is torn', async () => {
    const path = join(out, 'torn-answer.json');
    const text = await readFile(fixture('answer.json'), 'utf8');
    await writeFile(path, text.split('\n').slice(0, 9).join('\n'));
    const report = await importFiles({
      format: 'openai-sse',
      files: [path],
      out: join(out, 'torn'),
    });
    expect(report.skipped).toEqual([{ file: path, line: 9, reason: 'the file is not whole JSON' }]);
  });

  test('no depth of nesting takes the others with it', async () => {
    const path = join(out, 'deep.json');
    await writeFile(
      path,
      `{"object":"response","output":${'['.repeat(200_000)}${']'.repeat(200_000)}}`,
    );
    const files = [path, fixture('answer.json')];
    const report = await importFiles({ format: 'openai-sse', files, out: join(out, 'deep') });
    expect(report.imported).toBe(1);
    expect(report.skipped.map(({ file }) => file)).toEqual([path]);
  });
});

describe('an imported recording', () => {
  test('is no session and, without requests, is not replayed: the errors say so', async () => {
    const [written] = (await importAnswers('refused', ['answer.json'])).recordings;
    const path = written?.recording ?? '';
    await expect(readRecording(path)).rejects.toThrow(RecordingKindError);
    await expect(replayImported(await readImported(path))).rejects.toThrow(FidelityTooLowError);
  });

  test('is verified, and one that was edited, torn or rewritten with another answer fails', async () => {
    const names = ['answer.json', 'responses.jsonl', 'chat.sse'];
    const { recordings } = await importAnswers('verified', names);
    const directory = join(out, 'verified');
    expect(await verifyDirectory(directory)).toEqual({ recordings: 3, ok: 3, failed: [] });
    const [edited = '', rewritten = '', torn = ''] = recordings.map(({ recording }) => recording);
    const text = await readFile(edited, 'utf8');
    await writeFile(edited, text.replace('22 degrees', '23 degrees'));
    await writeFile(torn, (await readFile(torn, 'utf8')).slice(0, -40));
    const recording = await readImported(rewritten);
    const [exchange] = recording.exchanges;
    if (exchange?.t !== 'openai' || !('events' in exchange.answer.body))
      throw new Error('no events');
    // Its last event counts other tokens and the deltas say another text: whole, and not what the provider yields.
    const events = exchange.answer.body.events.toSpliced(3, 1);
    const answer = { ...exchange.answer, body: { events } };
    await writeRecording(rewritten, { ...recording, exchanges: [{ ...exchange, answer }] });
    const report = await verifyDirectory(directory);
    expect(report).toMatchObject({ recordings: 3, ok: 0 });
    expect(report.failed).toEqual([
      { file: edited, reason: 'edited after it was written: line 2' },
      { file: torn, reason: expect.stringContaining('is torn at line 3') },
      {
        file: rewritten,
        reason: '1#0 text: "It is 22 degrees in Paris." was recorded, " degrees in Paris." yielded',
      },
    ]);
  });
});
