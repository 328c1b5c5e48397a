import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  array,
  assert,
  asyncProperty,
  constant,
  integer,
  nat,
  oneof,
  record,
  tuple,
} from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ImportFormat, importFiles } from './import-files.ts';
import { verifyDirectory } from './verify-directory.ts';

const fixture = (name: string): string => join(import.meta.dirname, 'fixtures', name);
let out = '';
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'groundhog-hostile-'));
});
afterAll(() => rm(out, { recursive: true }));

const seed = 20_261_126;
const sources: readonly (readonly [ImportFormat, string])[] = [
  ['vcr', 'vcrpy.yaml'],
  ['vcr', 'ruby.yml'],
  ['openai-sse', 'responses.jsonl'],
  ['openai-sse', 'chat.sse'],
  ['har', 'browser.har'],
  ['devtools', 'devtools-middleware.json'],
  ['devtools', 'devtools-telemetry.json'],
  ['otel', 'spans.jsonl'],
];

test.for(sources)(
  `%s, %s: cut and with bytes turned it is accounted for, and what is written verifies (seed ${seed})`,
  async ([format, name]) => {
    const whole = await readFile(fixture(name));
    const damaged = record({
      keep: oneof(constant(whole.length), integer({ min: 0, max: whole.length })),
      turned: array(tuple(nat(whole.length - 1), integer({ min: 0, max: 255 })), {
        maxLength: 4,
      }),
    }).map(({ keep, turned }) => {
      const bytes = Buffer.from(whole);
      for (const [at, byte] of turned) bytes[at] = byte;
      return bytes.subarray(0, keep);
    });
    let looked = 0;
    let imported = 0;
    await assert(
      asyncProperty(damaged, async (bytes) => {
        looked += 1;
        const directory = join(out, `${name}-${looked}`);
        const file = join(out, name);
        await writeFile(file, bytes);
        const report = await importFiles({ format, files: [file], out: directory });
        expect(report.recordings.length + report.skipped.length).toBeGreaterThan(0);
        const lines = bytes.toString('latin1').split(/\r\n|\r|\n/).length;
        for (const skipped of report.skipped) {
          expect(skipped.file).toBe(file);
          expect(skipped.reason).not.toBe('');
          expect(skipped.line).toBeGreaterThan(0);
          expect(skipped.line).toBeLessThanOrEqual(lines);
        }
        if (report.imported === 0) return;
        imported += report.imported;
        const { ok } = await verifyDirectory(directory);
        expect(ok).toBe(report.imported);
      }),
      { seed, numRuns: 25 },
    );
    expect(looked).toBeGreaterThanOrEqual(25);
    expect(imported).toBeGreaterThan(0);
  },
);

test('what nests without end, multiplies without end or is of another format takes nothing else with it', async () => {
  const laughs = ['a: &a [x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 10; level += 1) {
    laughs.push(`a${level}: &a${level} [${`*a${level === 1 ? '' : level - 1}, `.repeat(9)}x]`);
  }
  const texts: Readonly<Record<string, string>> = {
    'laughs.yaml': `${laughs.join('\n')}\ninteractions:\n- request: *a9\n  response: *a9\n`,
    'deep.yaml': `interactions:\n- request: ${'['.repeat(5_000)}\n`,
    'deep.json': `{"interactions":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
    'numbers.yaml': `interactions:\n- request: {method: POST}\n  response: {status: ${'9'.repeat(5000)}}\n`,
    'prose.txt': 'It was the best of times,\nit was the worst of times.\n',
    'brackets.txt': '[\n{\n'.repeat(2000),
    'null.json': 'null',
  };
  const files = Object.keys(texts).map((name) => join(out, name));
  for (const [name, text] of Object.entries(texts)) await writeFile(join(out, name), text);
  for (const format of ['vcr', 'openai-sse', 'har', 'devtools', 'otel'] as const) {
    const report = await importFiles({ format, files, out: join(out, 'none') });
    expect(report.imported).toBe(0);
    expect([...new Set(report.skipped.map(({ file }) => file))]).toEqual(files);
  }
});
