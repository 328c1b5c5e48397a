import { HttpResponse, http, passthrough } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';

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
  expect(stopped.splice(0), 'requests to the network').toEqual([]);
});
afterAll(() => guard.close());
