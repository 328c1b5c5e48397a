/**
 * A process of its own that opens an embedded database and serves it. It closes when its standard input
 * ends: when whoever started it says so, or dies, however it dies.
 * Argument: one JSON value, see `serverOrderSchema`. Prints `ready <port>` when connections are accepted.
 */
import { once } from 'node:events';
import { z } from 'zod';
import { openPglite } from '../open-pglite.ts';
import { serveMultiplexer } from './serve-multiplexer.ts';

const serverOrderSchema = z.object({
  dataDir: z.string(),
  cacheDir: z.string().optional(),
  port: z.int(),
});
export type ServerOrder = z.infer<typeof serverOrderSchema>;

if (import.meta.main) await serve(serverOrderSchema.parse(JSON.parse(process.argv[2] ?? '')));

async function serve({ dataDir, cacheDir, port }: ServerOrder): Promise<void> {
  const ended = once(process.stdin.resume(), 'end');
  // Whoever started us may be gone before we are.
  for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);
  try {
    const database = await openPglite({
      dataDir,
      ...(cacheDir === undefined ? {} : { cacheDir }),
    });
    const server = await serveMultiplexer(database.multiplexer, port);
    process.stdout.write(`ready ${server.port}\n`);
    await ended;
    await server.close();
    await database.close();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
    process.stdin.destroy();
  }
}
