import { syncBuiltinESMExports } from 'node:module';
import { HarnessError } from '#harness';

/** Answers a request of this process; `pass` lets it go where it was going. */
export type AnswerRequest = (request: Request) => Response | Promise<Response> | 'pass';

/** Stands in every request of this process until it is closed. */
export interface HttpInterception extends Disposable {
  readonly close: () => void;
}

/**
 * Stands between this process and HTTP: the global `fetch` and `node:http`, whoever uses them. Not seen are a `fetch` that was
 * copied before, requests of the `undici` package, and what does not speak HTTP.
 */
export async function interceptHttp(answer: AnswerRequest): Promise<HttpInterception> {
  // Loaded on demand: it costs more than a replay.
  const [{ http, passthrough }, { setupServer }] = await Promise.all([
    import('msw'),
    import('msw/node'),
  ]);
  const seen = new Set<string>();
  const server = setupServer(
    http.all('*', async ({ request, requestId }) => {
      // Where another of msw's servers stands in the process, each is told of a request twice, of an answered one, too.
      if (seen.has(requestId)) return passthrough();
      seen.add(requestId);
      const answered = await answer(request);
      return answered === 'pass' ? passthrough() : framed(answered);
    }),
  );
  server.listen({ onUnhandledFrame: 'bypass' });
  // msw patches the module's object; `import { get } from 'node:http'` sees it only after this.
  syncBuiltinESMExports();
  let isOpen = true;
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    server.close();
    syncBuiltinESMExports();
  };
  return { close, [Symbol.dispose]: close };
}

/**
 * How a body was packed is told in headers, and it has been unpacked. It is sent in chunks: of one without a frame nobody could
 * tell where it ends from where it broke off. And its connection is not kept: what is asked for over one that was left behind
 * may be sent once that has closed, and by then nobody knows who asked.
 */
function framed(response: Response): Response {
  const { status, statusText, body, type } = response;
  if (type === 'error') return response;
  const chunked: readonly [string, string][] = [['transfer-encoding', 'chunked']];
  // One by one: msw sends what was given to a Response, and knows nothing of headers that were changed elsewhere.
  const headers = [...response.headers].filter(([name]) => body === null || !framing.has(name));
  headers.push(['connection', 'close'], ...(body === null ? [] : chunked));
  return new Response(body, { status, statusText, headers });
}

const framing: ReadonlySet<string> = new Set([
  'content-encoding',
  'content-length',
  'transfer-encoding',
]);

/**
 * The same request, sent past whoever intercepts, over a connection of its own. Where it is told to go elsewhere, whoever asked
 * goes there.
 */
export async function sendOn(request: Request): Promise<Response> {
  const { bypass } = await import('msw');
  return fetch(bypass(withHeader(request, 'connection', 'close'), { redirect: 'manual' }));
}

/** The request with that header, or without it. All are given anew: msw sends those that a request was made with. */
function withHeader(request: Request, name: string, value: string | undefined): Request {
  const others = [...request.headers].filter(([each]) => each !== name);
  const own: readonly [string, string][] = value === undefined ? [] : [[name, value]];
  return new Request(request, { headers: [...others, ...own] });
}

/** What is done with the requests of a process by whoever is the only one. */
export interface HttpTaking<Place> {
  /** Whether a request that is made now goes where it was going. */
  readonly passes: (url: URL) => boolean;
  /** Gives a request its place, when it is made. */
  readonly begin: () => Place;
  /** One that was never sent needs none. */
  readonly withdraw?: (place: Place) => void;
  readonly answer: (request: Request, place: Place) => Promise<Response>;
}

let isTaken = false;

/** As `interceptHttp`, for whoever must be the only one: what is asked of two would be recorded, or answered, by chance. */
export async function takeHttp<Place>(taking: HttpTaking<Place>): Promise<HttpInterception> {
  if (isTaken) throw new HttpTakenError();
  isTaken = true;
  const { passes, begin, answer } = taking;
  const places = new Map<string, Place>();
  const interception = await interceptHttp((request) => {
    if (passes(new URL(request.url))) return 'pass';
    const ticket = request.headers.get(ticketHeader) ?? '';
    // Where it is told to go elsewhere, that is a request of its own.
    const place = places.get(ticket) ?? begin();
    places.delete(ticket);
    return answer(withHeader(request, ticketHeader, undefined), place);
  }).catch((error: unknown) => {
    isTaken = false;
    throw error;
  });
  const restore = numberFetches(taking, places);
  let isOpen = true;
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    isTaken = false;
    restore();
    interception.close();
  };
  return { close, [Symbol.dispose]: close };
}

/** Goes no further than to whoever intercepts. */
const ticketHeader = 'x-groundhog-place';

/**
 * Requests that are made side by side reach whoever intercepts by chance, and over a connection that was left behind nobody
 * knows any more who made them: each has its place from when it is made.
 */
function numberFetches<Place>(
  { passes, begin, withdraw }: HttpTaking<Place>,
  places: Map<string, Place>,
): () => void {
  const intercepted = globalThis.fetch;
  let count = 0;
  const numbered: typeof fetch = async (input, init) => {
    const url = URL.parse(input instanceof Request ? input.url : String(input));
    if (url === null || init?.signal?.aborted === true || passes(url)) {
      return intercepted(input, init);
    }
    const place = begin();
    const ticket = String(count++);
    places.set(ticket, place);
    try {
      return await intercepted(withHeader(new Request(input, init), ticketHeader, ticket));
    } finally {
      if (places.delete(ticket)) withdraw?.(place);
    }
  };
  globalThis.fetch = numbered;
  return () => {
    // Whoever has patched it since takes care of it.
    if (globalThis.fetch === numbered) globalThis.fetch = intercepted;
  };
}

/** A second recorder or replay was to stand in the HTTP of one process. */
class HttpTakenError extends HarnessError {
  constructor() {
    super({
      code: 'HTTP_TAKEN',
      message: 'The HTTP of this process is recorded or replayed already.',
      hint: 'Close that first, or hand `recordFetch` and `replay.fetch` to those who take a fetch of their own.',
    });
  }
}
