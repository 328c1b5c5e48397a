import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type ServerOptions, startServer } from '#harness/server';
import type { Defect } from '../mutant.ts';

/** A defect of what stands between a harness and the network. */
export interface ServerMutant extends Defect {
  readonly serve: (
    options: Pick<ServerOptions, 'harness'>,
  ) => Promise<AsyncDisposable & { readonly url: string }>;
}

/**
 * CD-8: whoever reaches the server is a supervisor, wherever the page comes from, and what is refused comes back as a
 * page of HTML with status 500.
 */
export const carelessGateway: ServerMutant = {
  id: 'CD-8',
  title: 'no key, any origin, and refusals that are HTML with status 500',
  breaks: 'I10',
  serve: async ({ harness }) => {
    const principal = { id: 'anybody', role: 'billing_agent', tenant: 'larkspur' };
    const guarded = await startServer({ harness, access: { kind: 'development', principal } });
    const gateway = createServer((request, response) => {
      forward(request, response, guarded.url).catch((error: unknown) => {
        response.writeHead(502).end(String(error));
      });
    });
    gateway.listen(0, '127.0.0.1');
    await once(gateway, 'listening');
    return {
      url: `http://127.0.0.1:${portOf(gateway)}`,
      [Symbol.asyncDispose]: async () => {
        const closed = once(gateway, 'close');
        gateway.close();
        gateway.closeAllConnections();
        await closed;
        await guarded.close();
      },
    };
  },
};

/** Passes on what is asked, and not by whom. */
async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  to: string,
): Promise<void> {
  const { method = 'GET', url = '/' } = request;
  const answer = await fetch(new URL(url, to), {
    method,
    headers: { 'content-type': request.headers['content-type'] ?? 'application/json' },
    ...(method === 'GET' ? {} : { body: await text(request) }),
  });
  const anywhere = { 'Access-Control-Allow-Origin': '*' };
  if (answer.ok) {
    response.writeHead(answer.status, { ...anywhere, 'content-type': 'application/json' });
    response.end(await answer.text());
  } else {
    response.writeHead(500, { ...anywhere, 'content-type': 'text/html' });
    response.end('<h1>Internal Server Error</h1>');
  }
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('there is no TCP port');
  return address.port;
}
