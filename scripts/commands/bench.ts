import { defineCommand } from '../cli/define-command.ts';
import { choices, text, toggle } from '../cli/parameter.ts';

export const bench = defineCommand({
  name: 'bench',
  summary:
    'Measure what a durable step costs beside one INSERT through the same driver, and a replayed call beside a bare model and other tools.',
  arguments: {},
  options: {
    backends: choices({
      summary: 'the databases to measure',
      among: ['pglite', 'postgres'],
    }),
    gate: toggle(
      'exit with 1 when a bar does not hold, with 2 when none fails and one is undecided',
    ),
    databaseUrl: text('PostgreSQL to use; DATABASE_URL otherwise', 'url'),
  },
  run: async ({ backends, databaseUrl, gate }, io) => {
    const [{ formatBench, gateOf, runBench }, { readConfig }] = await Promise.all([
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
    const exitCode = gate ? gateOf(result.bars) : 0;
    return { exitCode, text: formatBench(result), json: { ...result } };
  },
});
