import { defineCommand } from '../cli/define-command.ts';
import { existingDatabase } from '../cli/existing-database.ts';
import { days, text, toggle } from '../cli/parameter.ts';
import { UsageError } from '../cli/usage-error.ts';
import { renderRetentionReport } from '../render/retention-report.ts';

export const retention = defineCommand({
  name: 'retention',
  summary:
    'Delete sessions that are too old, with all that is kept of their runs; the audit stays.',
  arguments: {},
  options: {
    olderThan: days('sessions that began longer ago go, e.g. 30d'),
    dryRun: toggle('only say what would go'),
    databaseUrl: text('PostgreSQL that holds them; DATABASE_URL otherwise', 'url'),
    dataDir: text('directory of the embedded database that holds them', 'directory'),
  },
  run: async ({ olderThan, dryRun: isDryRun, databaseUrl, dataDir }, io) => {
    if (olderThan === undefined) throw new UsageError('retention takes --older-than, e.g. 30d.');
    const where = await existingDatabase('retention', { databaseUrl, dataDir }, io.environment);
    const { applyRetention, openHarnessDatabase, openRetention } = await import('#harness');
    await using database = await openHarnessDatabase(where);
    await using parts = await openRetention(database);
    const rules = { days: olderThan, nowMs: Date.now(), isDryRun };
    const report = await applyRetention(parts, rules);
    return {
      exitCode: 0,
      text: renderRetentionReport(report, isDryRun),
      json: { ...report, isDryRun },
    };
  },
});
