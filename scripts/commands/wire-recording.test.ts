import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { quietIo } from '../cli/quiet-io.ts';
import { diff } from './diff.ts';
import { exportRecording } from './export.ts';
import { replay } from './replay.ts';
import { scan } from './scan.ts';
import { show } from './show.ts';
import { verify } from './verify.ts';
import { view } from './view.ts';

// What every command makes of a recording of the wire: calls of a model in all their endings, and other traffic among them.

const directory = await mkdtemp(join(tmpdir(), 'groundhog-wire-'));
afterAll(() => rm(directory, { recursive: true }));
const recording = join(directory, 'http.jsonl');
await copyFile('recordings/format/conformance/valid/http.jsonl', recording);

test('its answers go through the provider as they came, and other traffic is passed over', async () => {
  const replayed = await replay.start({ recordings: [recording], provider: 'openai' }, quietIo);
  expect(replayed).toMatchObject({
    exitCode: 0,
    json: {
      fidelity: 'wire',
      exchanges: 7,
      answers: [
        { text: 'Hi.', finishReason: 'stop' },
        { finishReason: 'error' },
        { finishReason: 'error', status: 429 },
        { finishReason: 'error' },
        { text: 'Grüß dich.', finishReason: 'stop' },
      ],
      differences: [],
    },
  });
  expect(await verify.start({ directory }, quietIo)).toMatchObject({
    exitCode: 0,
    json: { recordings: 1, ok: 1 },
  });
});

test('an answer that is another than the provider reads, and a line that was changed, are told', async () => {
  const changed = join(directory, 'changed.jsonl');
  await writeFile(changed, (await readFile(recording, 'utf8')).replace('Hi."}', 'Ho."}'));
  expect(await verify.start({ directory }, quietIo)).toMatchObject({
    exitCode: 1,
    json: { failed: [{ file: changed, reason: 'edited after it was written: line 2' }] },
  });
  await rm(changed);
});

test('it is shown, viewed, exported, compared and scanned', async () => {
  const shown = await show.start({ recording }, quietIo);
  expect(shown.text).toContain('recorded at fidelity wire');
  expect(shown.text).toMatch(/^ {2}Hi\.$/m);
  expect(shown.text).toContain('failed, ECONNREFUSED: connect ECONNREFUSED localhost');
  expect(shown.text).toContain('DELETE parcels.test:8443/parcels/P-7');
  const page = join(directory, 'page.html');
  expect(await view.start({ recording, out: page }, quietIo)).toMatchObject({ exitCode: 0 });
  expect(await readFile(page, 'utf8')).toContain('GET localhost/logo');
  expect((await exportRecording.start({ recording }, quietIo)).text).toContain('parcels.test');
  expect(await diff.start({ before: recording, after: recording }, quietIo)).toMatchObject({
    exitCode: 0,
  });
  expect(await scan.start({ paths: [recording] }, quietIo)).toMatchObject({ exitCode: 0 });
});
