import { z } from 'zod';
import { factSchema, type SessionEvent } from '../session/event.ts';

/** A row of the event log as the driver gives it, under the names of SessionEvent. */
export const rawEventSchema = z.object({
  sessionId: z.string(),
  seq: z.coerce.number(),
  runId: z.string(),
  step: z.string(),
  ordinal: z.number(),
  fact: z.unknown(),
  storedAt: z.coerce.date(),
});

export function eventOf({
  fact,
  storedAt,
  ...place
}: z.infer<typeof rawEventSchema>): SessionEvent {
  return { ...place, fact: factSchema.parse(fact), storedAt: storedAt.getTime() };
}
