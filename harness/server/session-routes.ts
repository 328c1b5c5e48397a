import { Hono } from 'hono';
import type { AppParts, AppVariables } from './create-app.ts';
import { jsonOf } from './json-body.ts';
import {
  bodyFrom,
  clearSchema,
  cursorFrom,
  messageSchema,
  runIdFor,
  sessionIdFrom,
} from './requests.ts';
import { sessionState } from './session-state.ts';

/** Events that one answer holds at most. */
const eventsPerPage = 500;

/** `/v1/sessions`: speak in a session, ask for its state, read its log. */
export function sessionRoutes({
  harness,
  sessions,
}: Pick<AppParts, 'harness' | 'sessions'>): Hono<AppVariables> {
  const app = new Hono<AppVariables>();
  app.post('/:sessionId/messages', async (context) => {
    const sessionId = sessionIdFrom(context.req.param('sessionId'));
    const principal = context.get('principal');
    const { messageId, text, mode } = bodyFrom(messageSchema, await jsonOf(context.req));
    const message = {
      sessionId,
      messageId: runIdFor(sessionId, messageId),
      text,
      principal,
      mode,
    };
    await sessions.toWrite(sessionId, principal);
    const runId = await harness.send(message);
    return context.json({ sessionId, messageId, runId }, 202);
  });
  app.post('/:sessionId/clear', async (context) => {
    const sessionId = sessionIdFrom(context.req.param('sessionId'));
    const by = context.get('principal');
    const { force } = bodyFrom(clearSchema, await jsonOf(context.req));
    await sessions.toChange(sessionId, by);
    const { epoch } = await harness.clear({ sessionId, by, force });
    return context.json({ sessionId, epoch });
  });
  app.get('/:sessionId', async (context) => {
    const sessionId = sessionIdFrom(context.req.param('sessionId'));
    const reader = await sessions.toRead(sessionId, context.get('principal'));
    return context.json(sessionState(sessionId, await reader.events(sessionId)));
  });
  app.get('/:sessionId/events', async (context) => {
    const sessionId = sessionIdFrom(context.req.param('sessionId'));
    const after = cursorFrom(context.req.query('after'));
    const reader = await sessions.toRead(sessionId, context.get('principal'));
    const suffix = await reader.events(sessionId, after);
    const events = suffix.slice(0, eventsPerPage);
    const last = events.at(-1)?.seq ?? after;
    return context.json({ events, after: last, hasMore: suffix.length > events.length });
  });
  return app;
}
