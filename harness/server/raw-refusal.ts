import type { Duplex } from 'node:stream';
import type { ApiError } from './api-error.ts';

const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
};

/** Answers on a connection that never became an HTTP request or a WebSocket, and ends it. */
export function writeRefusal(socket: Duplex, { status, body }: ApiError): void {
  // The other side may have gone already; there is nobody left to tell.
  socket.on('error', () => undefined);
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const text = JSON.stringify(body);
  socket.end(
    [
      `HTTP/1.1 ${status} ${reasons[status] ?? 'Refused'}`,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(text)}`,
      'Connection: close',
      '',
      text,
    ].join('\r\n'),
  );
}
