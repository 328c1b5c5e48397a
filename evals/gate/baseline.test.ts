import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Baseline, BaselineInvalidError, readBaseline, writeBaseline } from './baseline.ts';

const baseline: Baseline = {
  version: 1,
  suite: 'desk',
  scenarios: ['T-01', 'R-01'],
  metrics: {
    tokens: { value: 200, tolerance: 10, direction: 'lower-is-better' },
    reply: { value: 1, tolerance: 0, direction: 'higher-is-better' },
  },
};

async function temporaryFile(text?: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'groundhog-baseline-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = join(directory, 'desk.json');
  if (text !== undefined) await writeFile(path, text);
  return path;
}

test('a baseline is written the same way whatever the order of its parts', async () => {
  const path = await temporaryFile();
  await writeBaseline(path, baseline);
  expect(await readFile(path, 'utf8')).toMatchInlineSnapshot(`
    "{
      "metrics": {
        "reply": {
          "direction": "higher-is-better",
          "tolerance": 0,
          "value": 1
        },
        "tokens": {
          "direction": "lower-is-better",
          "tolerance": 10,
          "value": 200
        }
      },
      "scenarios": [
        "R-01",
        "T-01"
      ],
      "suite": "desk",
      "version": 1
    }
    "
  `);
  expect(await readBaseline(path, 'desk')).toEqual({ ...baseline, scenarios: ['R-01', 'T-01'] });
});

test('a baseline that is not there is not an error of reading', async () => {
  expect(await readBaseline(await temporaryFile(), 'desk')).toBeUndefined();
});

test.each([
  { title: 'not JSON', text: '{', says: 'JSON' },
  {
    title: 'of another suite',
    text: JSON.stringify({ ...baseline, suite: 'other' }),
    says: 'other',
  },
  {
    title: 'of a later version',
    text: JSON.stringify({ ...baseline, version: 2 }),
    says: 'version',
  },
  {
    title: 'without a tolerance',
    text: JSON.stringify({
      ...baseline,
      metrics: { reply: { value: 1, direction: 'higher-is-better' } },
    }),
    says: 'metrics.reply.tolerance',
  },
])('a baseline that is $title is refused, and the error says so', async ({ text, says }) => {
  const reading = readBaseline(await temporaryFile(text), 'desk');
  await expect(reading).rejects.toThrow(BaselineInvalidError);
  await expect(reading).rejects.toThrow(says);
});
