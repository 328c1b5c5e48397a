import { hash } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Exchange, readRecording, readStory, writeRecording } from '#recordings';
import { recordingPath } from '#scenarios';
import { quietIo } from '../cli/quiet-io.ts';
import { paneLines } from '../step/pane-lines.ts';
import { diff } from './diff.ts';
import { exportRecording } from './export.ts';
import { show } from './show.ts';
import { view } from './view.ts';

// A session in which a person sends a large image, a tool answers with one, and the model with another.

const imageBytes = 400_000;
const most = 200_000;
let directory = '';
let recording = '';
let other = '';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'groundhog-payload-'));
  recording = join(directory, 'with-images.jsonl');
  other = join(directory, 'with-others.jsonl');
  await writeWith(recording, imageOf(1));
  await writeWith(other, imageOf(2));
});
afterAll(() => rm(directory, { recursive: true }));

/** Bytes without any pattern, always the same. */
function imageOf(seed: number): string {
  const pieces = Array.from({ length: imageBytes / 32 }, (_, index) =>
    Buffer.from(hash('sha256', `${seed} ${index}`), 'hex'),
  );
  return Buffer.concat(pieces).toString('base64');
}

async function writeWith(path: string, base64: string): Promise<void> {
  const { exchanges, ...rest } = await readRecording(recordingPath('R-01'));
  const withImage = exchanges.map((each): Exchange => {
    if (each.t === 'tool' && each.tool === 'getCharges' && each.outcome.kind === 'completed') {
      return { ...each, outcome: { ...each.outcome, output: { base64 } } };
    }
    if (each.t !== 'model') return each;
    const image = {
      type: 'file',
      mediaType: 'image/png',
      data: { type: 'base64', base64 },
    } as const;
    const content = [{ data: { base64 }, mediaType: 'image/png', type: 'file' }];
    const messages = [...each.request.messages, { content, role: 'user' }];
    return {
      ...each,
      request: { ...each.request, messages },
      answer: { ...each.answer, parts: [image, ...each.answer.parts] },
    };
  });
  await writeRecording(path, { ...rest, exchanges: withImage });
}

const shown = `(${imageOf(1).length} characters, sha256 ${hash('sha256', imageOf(1)).slice(0, 12)}…)`;

test('the recording holds all of it', async () => {
  expect((await stat(recording)).size).toBeGreaterThan(10 * imageBytes);
});

test.for([
  ['show', () => show.start({ recording, context: true }, quietIo)],
  ['export', () => exportRecording.start({ recording, to: 'markdown' }, quietIo)],
] as const)('%s tells how long a payload is, and its digest', async ([, start]) => {
  const { text, json } = await start();
  expect(text).toContain(shown);
  expect(text.length).toBeLessThan(most);
  expect(JSON.stringify(json).length).toBeLessThan(most);
});

test('what is exported for another tool holds it whole', async () => {
  const { text } = await exportRecording.start({ recording, to: 'otel' }, quietIo);
  expect(text).toContain(imageOf(1));
  expect(text).not.toContain(shown);
});

test('every pane of the stepper is short', async () => {
  const story = await readStory(recording);
  const lines = story.steps.flatMap((step) =>
    (['answer', 'context', 'change', 'tool', 'world'] as const).flatMap((pane) =>
      paneLines({ story }, step, pane),
    ),
  );
  expect(lines.join('\n')).toContain(shown);
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(1000);
});

test('a page of it is small', async () => {
  const out = join(directory, 'page.html');
  await view.start({ recording, out }, quietIo);
  expect((await stat(out)).size).toBeLessThan(5 * most);
});

test('another image is a difference, in the answer too, and neither is printed', async () => {
  const { text, json } = await diff.start({ before: recording, after: other }, quietIo);
  expect(text).toContain('others/0/data/base64');
  expect(text).toContain(shown);
  expect(text.length).toBeLessThan(most);
  expect(JSON.stringify(json).length).toBeLessThan(most);
});
