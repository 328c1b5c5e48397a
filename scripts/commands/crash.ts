import { defineCommand } from '../cli/define-command.ts';
import { choice, choices, count, requiredText, text } from '../cli/parameter.ts';
import { watchMatrix } from '../cli/watch-matrix.ts';
import { renderCrashReport } from '../render/crash-report.ts';
import { renderMatrix } from '../render/matrix.ts';

export const crash = defineCommand({
  name: 'crash',
  summary: 'Kill a scenario at every crash point and check what recovery leaves.',
  arguments: { scenario: requiredText('a scenario, such as R-01') },
  options: {
    backend: choice({
      summary: 'the database that is recovered from',
      among: ['pglite', 'postgres', 'pglite-server'],
      fallback: 'pglite-server',
    }),
    mutant: choice({
      summary: 'a named defect to switch on; it must be caught',
      among: ['CD-1', 'CD-4'],
      fallback: undefined,
    }),
    at: text('only this crash point', 'step:moment'),
    moments: choices({
      summary: 'only these moments of each step',
      among: ['before', 'inside', 'after'],
    }),
    parallel: count('how many workers at a time', 2),
    databaseUrl: text('PostgreSQL to use; DATABASE_URL otherwise', 'url'),
  },
  run: async ({ scenario, databaseUrl, at, mutant, ...sweep }, io) => {
    const [{ verifyScenario }, { readConfig }] = await Promise.all([
      import('#scenarios'),
      import('#harness'),
    ]);
    const url = databaseUrl ?? readConfig(io.environment).databaseUrl;
    const matrix = watchMatrix(io);
    const report = await verifyScenario(scenario, {
      ...sweep,
      ...(at === undefined ? {} : { at }),
      ...(mutant === undefined ? {} : { mutant }),
      ...(url === undefined ? {} : { databaseUrl: url }),
      onPlan: matrix.plan,
      onVerdict: matrix.fill,
      signal: io.signal,
      progress: io.progress,
    });
    return {
      exitCode: report.violations.length > 0 ? 1 : report.invalid.length > 0 ? 2 : 0,
      text: `${renderMatrix(matrix.finish(), io.paint)}\n\n${renderCrashReport(report, io.paint)}`,
      json: { ...report },
    };
  },
});
