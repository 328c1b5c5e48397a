import { HttpResponse, http, passthrough } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll } from 'vitest';

// No test reaches out: a request that leaves this machine is stopped, and fails the test that made it.

const stopped: string[] = [];
const guard = setupServer(
  http.all('*', ({ request }) => {
    const { hostname, origin } = new URL(request.url);
    if (hostname === '127.0.0.1' || hostname === 'localhost') return passthrough();
    stopped.push(`${request.method} ${origin}`);
    return HttpResponse.json({ error: `${origin} is not part of this test.` }, { status: 400 });
  }),
);

beforeAll(() => guard.listen({ onUnhandledFrame: 'bypass' }));
afterEach(() => {
  const requests = stopped.splice(0);
  if (requests.length > 0)
    throw new Error(`A test reached for the network: ${requests.join(', ')}.`);
});
afterAll(() => guard.close());
