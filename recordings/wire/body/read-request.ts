import type { WireRequest } from '../../format/http-call.ts';
import { UnrecordableError } from '../../format/unrecordable-error.ts';
import { readBody } from './read-body.ts';

/** Headers that say what a body is, where to go next, and how long to wait. All others are left out unless they are named. */
const keptHeaders: ReadonlySet<string> = new Set([
  'content-type',
  'location',
  'retry-after',
  'retry-after-ms',
]);

/** Which headers are kept, of requests and of answers: the usual ones and those that are named. */
export function headersToKeep(named: readonly string[] = []): ReadonlySet<string> {
  return new Set([...keptHeaders, ...named.map((name) => name.toLowerCase())]);
}

/** Those headers that are kept, in the order of their names; undefined where there are none. */
export function keepHeaders(
  headers: Headers,
  kept: ReadonlySet<string>,
): Readonly<Record<string, string>> | undefined {
  const found = [...headers].filter(([name]) => kept.has(name));
  return found.length === 0
    ? undefined
    : Object.fromEntries(found.toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

/**
 * What a request asks, its body read from it. Secrets are still in it.
 * @throws UnrecordableError for a form with files: what parts it is made of is chance, and so is every byte of it.
 */
export async function readRequest(
  request: Request,
  kept: ReadonlySet<string>,
): Promise<WireRequest> {
  const { method } = request;
  const { host, path } = addressOf(request.url);
  const type = request.headers.get('content-type') ?? '';
  if (type.startsWith('multipart/')) {
    throw new UnrecordableError(`${method} ${host}${path}`, `a body of ${type.split(';')[0]}`);
  }
  const bytes = await request.bytes();
  const headers = keepHeaders(request.headers, kept);
  const body = bytes.length === 0 ? undefined : readBody(bytes, type);
  return {
    method,
    host,
    path,
    ...(headers === undefined ? {} : { headers }),
    ...(body === undefined ? {} : { body }),
  };
}

const loopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/** Which port of this machine a server has is chance. */
function addressOf(url: string): { readonly host: string; readonly path: string } {
  const { hostname, host, pathname, search } = new URL(url);
  return { host: loopback.test(hostname) ? 'localhost' : host, path: `${pathname}${search}` };
}
