import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { Multiplexer } from '../multiplexer.ts';

export interface MultiplexerServer {
  readonly port: number;
  /** Stops listening and drops every connection. */
  readonly close: () => Promise<void>;
}

/** Serves the sessions of `multiplexer` to other processes of this machine; port 0 is any free one. */
export async function serveMultiplexer(
  multiplexer: Multiplexer,
  port = 0,
): Promise<MultiplexerServer> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    const session = multiplexer.connect({
      send: (bytes) => socket.write(bytes),
      end: () => socket.end(),
    });
    socket.on('data', (bytes) => session.receive(bytes));
    // A connection that breaks is a client that died; what it left open is rolled back on 'close'.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      session.close();
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new TypeError('not a TCP server');
  return {
    port: address.port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
