import { join } from 'node:path';
import { defineCommand } from '../cli/define-command.ts';
import { existingDatabase } from '../cli/existing-database.ts';
import { requiredText, text } from '../cli/parameter.ts';
import { UsageError } from '../cli/usage-error.ts';

export const capture = defineCommand({
  name: 'capture',
  summary:
    'Make a recording of a session that a database holds. The database is only read; no model is asked, no tool runs.',
  arguments: { session: requiredText('id of the session') },
  options: {
    scenario: text('whose agents it had: an id, or a file that exports a scenario', 'scenario'),
    databaseUrl: text('PostgreSQL that holds the session; DATABASE_URL otherwise', 'url'),
    dataDir: text('directory of the embedded database that holds it', 'directory'),
    runs: text('only the first so many runs; all that have ended, by default', 'number'),
    out: text('write the recording here instead of .groundhog/captured', 'file'),
  },
  run: async ({ session, scenario, runs, out, ...choice }, io) => {
    if (scenario === undefined) throw new UsageError('--scenario is missing.');
    const count = runs === undefined ? {} : { runs: runCount(runs) };
    const database = await existingDatabase('capture', choice, io.environment);
    const [{ captureRecording }, { readConfig }] = await Promise.all([
      import('#scenarios'),
      import('#harness'),
    ]);
    const report = await captureRecording(session, {
      database,
      scenario,
      ...count,
      config: readConfig(io.environment),
      out: out ?? join('.groundhog', 'captured', `${session.replaceAll(/[^\w.-]+/g, '-')}.jsonl`),
    });
    const { file, exchanges, losses, left } = report;
    const lines = [
      `${session}: ${exchanges} exchanges, replayed twice`,
      file,
      ...losses.map((loss) => `not in it: ${loss}`),
      ...left.map((runId) => `not in it: run ${runId}`),
    ];
    return { exitCode: 0, text: lines.join('\n'), json: { ...report } };
  },
});

function runCount(given: string): number {
  if (/^[1-9]\d*$/.test(given)) return Number(given);
  throw new UsageError(`--runs takes a number from 1, not "${given}".`);
}
