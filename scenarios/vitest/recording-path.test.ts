import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { recordingPath, takePath } from './recording-path.ts';

test.for([
  [['orders', 'a customer’s (own) order!'], 'orders-a-customer-s-own-order.jsonl'],
  [['où est-elle ?'], 'où-est-elle.jsonl'],
  [['नमस्ते'], 'नमस्ते.jsonl'],
  [['🙂'], 'test.jsonl'],
] as const)('%j is recorded in %s', ([names, file]) => {
  expect(basename(recordingPath('/t/a.test.ts', names))).toBe(file);
});

test('a name of any length and script is one that a file system takes, in whole characters', () => {
  const name = basename(recordingPath('/t/a.test.ts', ['注文はどこですか'.repeat(40)]), '.jsonl');
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
  expect(name).toMatch(/^[注文はどこですか]+$/);
});

test('a path is one test’s, whatever its capitals; a test that runs again has it again', () => {
  const [file, nextRun] = [{}, {}];
  const take = (path: string, id: string, of = file): void =>
    takePath(path, { id, file: of, name: id });
  take('/t/has-a-name.jsonl', 'first');
  take('/t/has-a-name.jsonl', 'first');
  expect(() => take('/t/Has-a-name.jsonl', 'second')).toThrow('Two tests would be recorded in');
  // When the file runs again, in the same process, its tests are counted anew.
  expect(() => take('/t/has-a-name.jsonl', 'second', nextRun)).not.toThrow();
});
