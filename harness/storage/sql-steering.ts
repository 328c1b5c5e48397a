import { z } from 'zod';
import { principalSchema } from '../session/event.ts';
import type { SteeringMessage, SteeringReader } from '../session/steering.ts';
import { sql } from './drizzle.ts';

/** Messages for runs in progress are records of the session, under a collection of their own. */
export const steeringCollection = 'groundhog.steering';

const valueSchema = z.object({
  messageId: z.string(),
  runOrdinal: z.number(),
  text: z.string(),
  principal: principalSchema,
  receivedAt: z.number(),
});

export function steeringOf(value: unknown): SteeringMessage {
  return valueSchema.parse(value);
}

/** The ordinal of its run, so written that keys sort as the runs were admitted. */
export const steeringKey = (runOrdinal: number): string => String(runOrdinal).padStart(10, '0');

/** Whether a row of `records` is a message that this reader has not read. */
export function isUnread({ sessionId, principal, after }: SteeringReader): ReturnType<typeof sql> {
  return sql`session_id = ${sessionId} and collection = ${steeringCollection}
    and key > ${steeringKey(after)} and value->'principal' = ${JSON.stringify(principal)}::jsonb`;
}
