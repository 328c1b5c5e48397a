import { z } from 'zod';
import { messageTextLimit } from '../session/bounded-text.ts';
import { jsonSchema } from '../session/event.ts';
import { ApiError } from './api-error.ts';

// What clients may say. It is parsed here once; nothing of what does not fit is repeated to them.

/** An id that a client chooses: a run is named `<session>/<message>`, so neither holds a slash. */
const nameSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/);

export const messageSchema = z.strictObject({
  messageId: nameSchema,
  text: z.string().trim().min(1).max(messageTextLimit),
  mode: z.enum(['queue', 'steer']).default('queue'),
});

export const decisionSchema = z.strictObject({
  verdict: z.enum(['approve', 'reject']),
  reason: z.string().max(messageTextLimit).default(''),
  editedArguments: jsonSchema.optional(),
});

export const clearSchema = z.strictObject({ force: z.boolean().default(false) });

export const helloSchema = z.strictObject({
  type: z.literal('hello'),
  key: z.string().optional(),
});

const cursorSchema = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** A session's id as it stands in a path. Throws ApiError 404: what cannot be an id is no session. */
export function sessionIdFrom(text: string | undefined): string {
  const parsed = nameSchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new ApiError(404, { code: 'SESSION_MISSING', message: 'There is no such session.' });
}

/** The id of a session's run, and back. */
export const runIdFor = (sessionId: string, messageId: string): string =>
  `${sessionId}/${messageId}`;
export const sessionOfRun = (runId: string): string => runId.split('/')[0] ?? '';

/** The cursor in `?after=`; 0 without one. Throws ApiError 400. */
export function cursorFrom(text: string | undefined | null): number {
  return bodyFrom(cursorSchema, text === undefined || text === null ? 0 : text.trim() || 'none');
}

/** Reads a body, or a part of a request. Throws ApiError 400 naming the parts that do not fit, and not their values. */
export function bodyFrom<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): z.infer<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const known = new Set([
    'messageId',
    'text',
    'mode',
    'verdict',
    'reason',
    'editedArguments',
    'force',
  ]);
  const parts = new Set(parsed.error.issues.map(({ path }) => String(path[0] ?? '')));
  const named = [...parts].filter((part) => known.has(part)).join(', ');
  throw new ApiError(400, {
    code: 'REQUEST_INVALID',
    message: named === '' ? 'The request does not fit.' : `These do not fit: ${named}.`,
    hint: 'docs/server.md says what each request holds.',
  });
}
