import { expect, test } from 'vitest';
import { formatComparison } from '../report/format-comparison.ts';
import { type CompareOptions, compareWays } from './compare-ways.ts';

// Three of the twenty tasks; `groundhog compare` does them all.

const compare = (options: Partial<CompareOptions> = {}) =>
  compareWays({ model: 'scripted', config: {}, tasks: 3, ...options });

test('a task ends the same for the business alone and under a supervisor, and what each cost stands side by side', async () => {
  const report = await compare();
  const { compared, means } = report;
  expect(report).toMatchObject({ tasks: 3, equal: 3, done: 3 });
  // Under the supervisor the slower of two investigators takes five steps, the other three: they are on no way twice.
  expect(
    compared.map(({ task, single, supervised }) => [
      task,
      [single.steps, single.path],
      [supervised.steps, supervised.path],
    ]),
  ).toEqual([
    ['S-09a', [13, 13], [13, 13]],
    ['S-09b', [17, 17], [20, 17]],
    ['S-09c', [15, 15], [16, 13]],
  ]);
  expect(means.single).toMatchObject({ steps: 15, path: 15, tokens: expect.any(Number) });
  const lines = formatComparison(report).split('\n');
  expect(lines[0]).toBe('3 tasks, alone → supervised');
  expect(lines.slice(2, 6).map((line) => line.trim().split(/\s{2,}/)[2])).toEqual([
    '13 → 13',
    '17 → 20',
    '15 → 16',
    '15 → 16',
  ]);
  expect(lines.at(-1)).toBe('3 of 3 end the same, 3 of 3 are done both ways');
});

test.each(['null', 'saboteur'] as const)(
  'who plays %s under the supervisor does not pay what is due: it ends otherwise, and the task is not done',
  async (playbook) => {
    const report = await compare({ tasks: 1, playbook });
    expect(report).toMatchObject({ equal: 0, done: 0 });
    const [task] = report.compared;
    expect(task?.single.faults).toEqual([]);
    expect(task?.difference).toMatch(/^refunds\[0\]: expected \{"id":"re_1".*, found nothing$/);
    expect(formatComparison(report)).toContain(`S-09a ends otherwise: ${task?.difference}`);
  },
);
