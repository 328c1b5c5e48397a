import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { describeFailure } from './describe-failure.ts';

const failureOf = async (work: Promise<unknown>) =>
  describeFailure(await work.then(String, (error: unknown) => error));

test('what the file system says of a path is said in one line', async () => {
  expect(await failureOf(readFile('docs'))).toEqual({
    text: expect.stringMatching(/^error EISDIR: illegal operation on a directory, [^\n]*\.$/),
    json: { code: 'EISDIR', message: expect.stringContaining('illegal operation') },
  });
  expect(await failureOf(writeFile('package.json/x', ''))).toMatchObject({
    text: expect.stringMatching(/^error ENOTDIR: not a directory, [^\n]*package\.json[^\n]*$/),
  });
});

test('a bug keeps its stack', async () => {
  const { text, json } = await describeFailure(new TypeError('a bug'));
  expect(text).toContain('describe-failure.test.ts');
  expect(json.code).toBe('UNEXPECTED');
});
