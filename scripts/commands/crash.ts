import type { VerifyReport } from '#scenarios';
import { defineCommand } from '../cli/define-command.ts';
import { loadReporter } from '../cli/load-reporter.ts';
import { choice, choices, count, requiredText, text } from '../cli/parameter.ts';
import { sweepScenario } from '../cli/sweep-scenario.ts';
import { renderCrashReport } from '../render/crash-report.ts';
import { renderMatrix } from '../render/matrix.ts';

export const crash = defineCommand({
  name: 'crash',
  summary: 'Kill a scenario at every crash point and check what recovery leaves.',
  arguments: { scenario: requiredText('a scenario, such as R-01, or a file that exports one') },
  options: {
    backend: choice({
      summary: 'the database that is recovered from',
      among: ['pglite', 'postgres', 'pglite-server'],
      fallback: 'pglite-server',
    }),
    mutant: text('a named defect to switch on, which must be caught, such as CD-1', 'mutant'),
    subject: choice({
      summary: 'what is killed; the loop in memory is there to be caught',
      among: ['harness', 'in-memory-loop'],
      fallback: 'harness',
    }),
    at: text('only this crash point', 'step:moment'),
    moments: choices({
      summary: 'only these moments of each step',
      among: ['before', 'inside', 'after'],
    }),
    viewers: count('how many watch every session; the worker is then killed at every delta too', 0),
    lateViewers: count('how many more begin to watch when the worker has died', 0),
    servers: choice({
      summary: 'servers of the application; a worker is the first of them',
      among: ['1', '2'],
      fallback: '1',
    }),
    faults: choices({
      summary:
        'with 2 servers: killed and restarted, stopped while the other boots, lost for good (postgres only)',
      among: ['kill', 'stop', 'lose'],
    }),
    parallel: count('how many workers at a time', 2),
    reporter: text('print what `reportCrash` of this file makes of the report', 'file'),
    databaseUrl: text('PostgreSQL to use; DATABASE_URL otherwise', 'url'),
  },
  run: async (input, io) => {
    const { scenario, databaseUrl, at, mutant, viewers, lateViewers, servers, reporter, ...sweep } =
      input;
    const { readConfig } = await import('#harness');
    const format =
      reporter === undefined
        ? undefined
        : await loadReporter<VerifyReport>(reporter, 'reportCrash');
    const url = databaseUrl ?? readConfig(io.environment).databaseUrl;
    const { report, cells } = await sweepScenario(io, scenario, {
      ...sweep,
      servers: servers === '2' ? 2 : 1,
      ...(at === undefined ? {} : { at }),
      ...(viewers + lateViewers === 0 ? {} : { watchedBy: { viewers, lateViewers }, deltas: true }),
      ...(mutant === undefined ? {} : { mutant }),
      ...(url === undefined ? {} : { databaseUrl: url }),
    });
    return {
      exitCode: report.violations.length > 0 ? 1 : report.invalid.length > 0 ? 2 : 0,
      text:
        format?.(report) ??
        `${renderMatrix(cells, io.paint)}\n\n${renderCrashReport(report, io.paint)}`,
      json: { ...report },
    };
  },
});
