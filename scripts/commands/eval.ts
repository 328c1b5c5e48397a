import type { SuiteResult } from '#evals';
import { defineCommand } from '../cli/define-command.ts';
import { loadReporter } from '../cli/load-reporter.ts';
import { choice, text, toggle } from '../cli/parameter.ts';

const exitCodes = { pass: 0, fail: 1, invalid: 2 } as const;

export const evaluate = defineCommand({
  name: 'eval',
  summary: 'Score a suite and compare it with the committed baseline.',
  arguments: { name: text('which suite, or a file that exports one', 'suite') },
  options: {
    suite: text('the same, as an option', 'suite'),
    baseline: text('compare with this file instead of the committed one', 'file'),
    model: choice({
      summary: 'who answers',
      among: ['recorded', 'scripted', 'live'],
      fallback: 'recorded',
    }),
    playbook: choice({
      summary: 'what the scripted model plays',
      among: ['gold', 'null', 'saboteur'],
      fallback: undefined,
    }),
    reporter: text('print what `reportSuite` of this file makes of the result', 'file'),
    updateBaseline: toggle('write what was measured as the new baseline'),
  },
  run: async ({ name, suite, baseline, model, playbook, reporter, updateBaseline }, io) => {
    const [{ defaultSuite, formatSuite, runSuite }, { readConfig }] = await Promise.all([
      import('#evals'),
      import('#harness'),
    ]);
    const format =
      reporter === undefined
        ? formatSuite
        : await loadReporter<SuiteResult>(reporter, 'reportSuite');
    const report = await runSuite(suite ?? name ?? defaultSuite, {
      ...(baseline === undefined ? {} : { baseline }),
      ...(playbook === undefined ? {} : { playbook }),
      model,
      updateBaseline,
      config: readConfig(io.environment),
      signal: io.signal,
      progress: io.progress,
    });
    return {
      exitCode: exitCodes[report.gate],
      text: format(report),
      json: { ...report },
    };
  },
});
