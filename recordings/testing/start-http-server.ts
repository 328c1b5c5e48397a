import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

/** A service on this machine, which answers as a test says. */
export interface HttpServer extends AsyncDisposable {
  readonly url: string;
  /** What has been asked of it: `GET /path`. */
  readonly asked: readonly string[];
}

/** One request, its body read, and where to answer it. */
export interface Visit {
  readonly request: IncomingMessage;
  readonly path: string;
  readonly body: string;
  readonly reply: ServerResponse;
}

export async function startHttpServer(
  answer: (visit: Visit) => void | Promise<void>,
): Promise<HttpServer> {
  const asked: string[] = [];
  const visit = async (request: IncomingMessage, reply: ServerResponse): Promise<void> => {
    const path = request.url ?? '/';
    asked.push(`${request.method} ${path}`);
    await answer({ request, path, body: await text(request), reply });
  };
  const server = createServer((request, reply) => {
    // Whoever asks sees a connection that breaks.
    visit(request, reply).catch(() => reply.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('not a TCP server');
  return {
    url: `http://127.0.0.1:${address.port}`,
    asked,
    [Symbol.asyncDispose]: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

export function sayJson(reply: ServerResponse, value: unknown, status = 200): void {
  reply.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
