import { HttpResponse, http, passthrough } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';

// No test reaches out: a request that leaves this machine is stopped, and fails the test that made it.

/**
 * But for tests of the network guard itself: it would see every request twice behind the one that guards the tests. And of the
 * bench, whose peers patch the process as the guard does.
 */
const unguarded = ['recordings/replayer/network-guard.test.ts', 'bench/run-bench.test.ts'];

const stopped: string[] = [];
const guard = setupServer(
  http.all('*', ({ request }) => {
    const { hostname, origin } = new URL(request.url);
    if (hostname === '127.0.0.1' || hostname === 'localhost') return passthrough();
    stopped.push(`${request.method} ${origin}`);
    return HttpResponse.json({ error: `${origin} is not part of this test.` }, { status: 400 });
  }),
);

const isGuarded = (): boolean => {
  const { testPath = '' } = expect.getState();
  return !unguarded.some((file) => testPath.endsWith(file));
};

beforeAll(() => {
  if (isGuarded()) guard.listen({ onUnhandledFrame: 'bypass' });
});
afterEach(() => {
  const requests = stopped.splice(0);
  if (requests.length > 0)
    throw new Error(`A test reached for the network: ${requests.join(', ')}.`);
});
afterAll(() => {
  if (isGuarded()) guard.close();
});
