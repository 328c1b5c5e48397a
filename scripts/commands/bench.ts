import { defineCommand } from '../cli/define-command.ts';
import { choices, text } from '../cli/parameter.ts';

export const bench = defineCommand({
  name: 'bench',
  summary: 'Measure what a durable step costs beside one INSERT through the same driver.',
  arguments: {},
  options: {
    backends: choices({
      summary: 'the databases to measure',
      among: ['pglite', 'postgres'],
    }),
    databaseUrl: text('PostgreSQL to use; DATABASE_URL otherwise', 'url'),
  },
  run: async ({ backends, databaseUrl }, io) => {
    const [{ formatBench, runBench }, { readConfig }] = await Promise.all([
      import('#bench'),
      import('#harness'),
    ]);
    const url = databaseUrl ?? readConfig(io.environment).databaseUrl;
    const result = await runBench({
      backends,
      ...(url === undefined ? {} : { databaseUrl: url }),
      signal: io.signal,
      progress: io.progress,
    });
    return { exitCode: 0, text: formatBench(result), json: { ...result } };
  },
});
