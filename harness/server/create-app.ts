import { Hono, type MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import type { Log } from '../host/host.ts';
import type { Principal } from '../session/event.ts';
import type { KeyKind } from '../session/key-store.ts';
import { type Access, bearerOf, holderOf } from './access.ts';
import { ApiError, apiErrorFrom } from './api-error.ts';
import { approvalRoutes } from './approval-routes.ts';
import type { OriginGuard } from './origin-guard.ts';
import { pageRoutes } from './page/page-routes.ts';
import { sessionOfRun } from './requests.ts';
import type { ServedHarness } from './served-harness.ts';
import type { SessionAccess } from './session-access.ts';
import { sessionRoutes } from './session-routes.ts';
import { sessionState } from './session-state.ts';

/** What the routes know of the request they answer. */
export interface AppVariables {
  readonly Variables: { principal: Principal; keyKind: KeyKind };
}

export interface AppParts {
  readonly harness: ServedHarness;
  readonly access: Access;
  readonly sessions: SessionAccess;
  readonly isWelcome: OriginGuard;
  /** Pages of these origins may read the answers. */
  readonly origins: readonly string[];
  readonly log: Log;
  /** True from the moment the server stops. */
  readonly isStopping: () => boolean;
}

/** All that the server answers over HTTP. Every refusal is a typed JSON error. */
export function createApp(parts: AppParts): Hono<AppVariables> {
  const { harness, log, origins, isStopping } = parts;
  const app = new Hono<AppVariables>();
  app.onError((error, context) => {
    const refusal = apiErrorFrom(error);
    if (refusal.status === 500) log.warn('request-failed', { error });
    return context.json(refusal.body, refusal.status);
  });
  app.notFound((context) => context.json(unknownRoute.body, unknownRoute.status));
  app.use(answerHeaders, guardOrigin(parts.isWelcome), cors({ origin: [...origins] }));
  app.get('/health', async (context) => {
    if (isStopping()) return context.json({ status: 'stopping' }, 503);
    if (!(await harness.isReachable())) return context.json({ status: 'database-away' }, 503);
    return context.json({ status: 'ok', recoveredRuns: harness.recoveredRuns() }, 200);
  });
  app.route('/', pageRoutes());
  app.use('/v1/*', async (context, next) => {
    const key = bearerOf(context.req.header('authorization'));
    const { kind, principal } = await holderOf(parts.access, key);
    context.set('principal', principal);
    context.set('keyKind', kind);
    await next();
  });
  app.get('/v1/principal', (context) => context.json(context.get('principal')));
  app.route('/v1/sessions', sessionRoutes(parts));
  app.route('/v1/approvals', approvalRoutes(parts));
  app.post('/v1/runs/:runId/cancel', async (context) => {
    const runId = context.req.param('runId');
    const sessionId = sessionOfRun(runId);
    const principal = context.get('principal');
    await parts.sessions.toChange(sessionId, principal);
    if (!(await harness.isKnown(runId))) throw runMissing();
    const events = await harness.asTenant(principal.tenant).events(sessionId);
    const run = sessionState(sessionId, events).runs.find((each) => each.runId === runId);
    if (run !== undefined && run.status !== 'running') throw runEnded(run.status);
    await harness.cancel(sessionId, runId);
    return context.json({ runId }, 202);
  });
  return app;
}

const unknownRoute = new ApiError(404, {
  code: 'ROUTE_UNKNOWN',
  message: 'There is nothing at this path for this method.',
});

const answerHeaders: MiddlewareHandler = async (context, next) => {
  await next();
  context.header('X-Content-Type-Options', 'nosniff');
  context.header('Cross-Origin-Resource-Policy', 'same-origin');
  context.header('Referrer-Policy', 'no-referrer');
  if (!context.res.headers.has('Cache-Control')) context.header('Cache-Control', 'no-store');
};

function guardOrigin(isWelcome: OriginGuard): MiddlewareHandler {
  return async ({ req }, next) => {
    if (!isWelcome({ origin: req.header('origin'), host: req.header('host') }))
      throw strangeOrigin();
    await next();
  };
}

/** The refusal of a page that is not let in. */
export function strangeOrigin(): ApiError {
  return new ApiError(403, {
    code: 'ORIGIN_REFUSED',
    message: 'Pages of this origin may not speak to this server.',
    hint: 'Name the origin when the server is started.',
  });
}

/** What asks to end a run that is over would change nothing, and whoever asks might think that it did. */
function runEnded(status: string): ApiError {
  return new ApiError(409, {
    code: 'RUN_ENDED',
    message: `The run has ended already: it is ${status}.`,
    hint: 'What it has done stands; the log says what that is.',
  });
}

function runMissing(): ApiError {
  return new ApiError(404, { code: 'RUN_MISSING', message: 'There is no such run.' });
}
