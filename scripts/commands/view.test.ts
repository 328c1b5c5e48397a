import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { importFiles } from '#recordings';
import { quietIo } from '../cli/quiet-io.ts';
import { view } from './view.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'groundhog-view-'));
  return () => rmSync(directory, { recursive: true, force: true });
});

/** What a page shows, read as the browser reads it. */
function dataOf(file: string): unknown {
  const [, data = ''] =
    /<script type="application\/json" id="view">(.*?)<\/script>/s.exec(
      readFileSync(file, 'utf8'),
    ) ?? [];
  return JSON.parse(data);
}

test('a page is made of a recording, by the id of its scenario, with the effect class of each tool', async () => {
  const out = join(directory, 'deep', 'page.html');
  const { exitCode, json, text } = await view.start({ recording: 'R-01', out }, quietIo);
  expect([exitCode, text]).toEqual([0, `R-01: 14 steps\n${out}`]);
  expect(json).toEqual({
    file: out,
    bytes: readFileSync(out).length,
    sides: [{ name: 'R-01', made: 'scripted', steps: 14 }],
    open: false,
  });
  expect(JSON.stringify(dataOf(out))).toContain(
    '["tool","issueRefund"],["outcome","completed"],["effect class today","keyed"]',
  );
});

test('two recordings share a page, which says how many steps came out differently', async () => {
  const out = join(directory, 'page.html');
  const { json, text } = await view.start({ recording: 'R-01', with: 'R-01b', out }, quietIo);
  expect(text).toBe(`R-01: 14 steps, R-01b: 14 steps, 3 of them with another result\n${out}`);
  expect(json).toMatchObject({ differences: 3, sides: [{ name: 'R-01' }, { name: 'R-01b' }] });
});

test('a recording that was imported says so, and what it does not hold', async () => {
  const cassette = new URL('../../recordings/importers/fixtures/vcrpy.yaml', import.meta.url)
    .pathname;
  const { recordings } = await importFiles({
    format: 'vcr',
    files: [cassette],
    out: directory,
    signal: quietIo.signal,
  });
  const [imported] = recordings;
  const out = join(directory, 'page.html');
  await view.start({ recording: imported?.recording, out }, quietIo);
  expect(dataOf(out)).toMatchObject({
    sides: [
      {
        made: { kind: 'imported', label: 'imported: vcr' },
        notices: [{ level: 'warning', text: expect.stringMatching(/^Not in it: /) }],
      },
    ],
  });
});

test.each([
  [{ recording: 'R-99' }, 'SCENARIO_UNKNOWN'],
  [{ recording: 'nowhere.jsonl' }, 'RECORDING_MISSING'],
  [{ recording: 'R-01', with: 'nowhere.jsonl' }, 'RECORDING_MISSING'],
])('%j is refused', async (raw, code) => {
  await expect(
    view.start({ ...raw, out: join(directory, 'page.html') }, quietIo),
  ).rejects.toMatchObject({ code });
});
