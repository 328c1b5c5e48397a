import { defineCommand } from '../cli/define-command.ts';
import { choice, count, days, text } from '../cli/parameter.ts';
import { servedDatabase } from '../serve/served-database.ts';

const dayMs = 86_400_000;

export const serve = defineCommand({
  name: 'serve',
  summary:
    'Serve the support desk over HTTP and WebSocket, with a page. Its world lives in this process and is new at every start.',
  arguments: {},
  options: {
    port: count('where to listen', 4000),
    host: text(
      'address to listen at (default: 127.0.0.1); others than loopback need keys',
      'address',
    ),
    databaseUrl: text('PostgreSQL to keep sessions in (default: DATABASE_URL)', 'url'),
    dataDir: text('directory of an embedded database instead (default: .groundhog/serve)', 'dir'),
    model: choice({ summary: 'who answers', among: ['scripted', 'live'], fallback: 'scripted' }),
    scenario: text('whose world and playbook (default: R-01)', 'id'),
    pace: count('milliseconds before each piece of scripted text', 30),
    keyFile: text(
      'ask for API keys, and write the first ones to this file; as soon as there are keys they are asked for',
      'file',
    ),
    origin: text('let pages of this origin speak to the server', 'url'),
    retention: days('delete sessions older than this at the start and every day, e.g. 30d'),
    sessionIdle: days('end sessions in which nobody has spoken for so long, e.g. 30m'),
    sessionLifetime: days('end sessions that began so long ago, e.g. 7d'),
    name: text('of this process among those that share a database (default: serve)', 'name'),
  },
  run: async (input, io) => {
    const [{ serveDesk }, { readConfig }] = await Promise.all([
      import('../serve/serve-desk.ts'),
      import('#harness'),
    ]);
    const config = readConfig(io.environment);
    const url = await serveDesk({
      scenario: input.scenario ?? 'R-01',
      model: input.model,
      config,
      database: servedDatabase(input, config),
      host: input.host ?? '127.0.0.1',
      port: input.port,
      origins: input.origin === undefined ? [] : [input.origin],
      name: input.name ?? 'serve',
      paceMs: input.pace,
      keyFile: input.keyFile,
      retentionDays: input.retention,
      expiry: {
        ...(input.sessionIdle === undefined ? {} : { idleMs: input.sessionIdle * dayMs }),
        ...(input.sessionLifetime === undefined
          ? {}
          : { lifetimeMs: input.sessionLifetime * dayMs }),
      },
      signal: io.signal,
      progress: io.progress,
    });
    return { exitCode: 0, text: `Stopped serving at ${url}.`, json: { url } };
  },
});
