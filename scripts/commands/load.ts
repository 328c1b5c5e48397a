import { defineCommand } from '../cli/define-command.ts';
import { count, text } from '../cli/parameter.ts';
import { renderLoad } from '../render/load-report.ts';

/** Below this share of answered sessions the load was too much. */
const successBar = 0.99;

export const load = defineCommand({
  name: 'load',
  summary: 'Have many customers with a duplicate charge write at once, on PostgreSQL.',
  arguments: {},
  options: {
    sessions: count('how many at once', 1000),
    databaseUrl: text('PostgreSQL to use; DATABASE_URL otherwise', 'url'),
  },
  run: async ({ sessions, databaseUrl }, io) => {
    const [{ runLoad }, { readConfig }] = await Promise.all([import('#bench'), import('#harness')]);
    const url = databaseUrl ?? readConfig(io.environment).databaseUrl;
    const result = await runLoad({
      sessions,
      ...(url === undefined ? {} : { databaseUrl: url }),
      signal: io.signal,
      progress: io.progress,
    });
    const isHeld = result.succeeded > sessions * successBar && result.violations.length === 0;
    return { exitCode: isHeld ? 0 : 1, text: renderLoad(result), json: { ...result } };
  },
});
