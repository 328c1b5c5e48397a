import { randomUUID } from 'node:crypto';
import { defineScenario } from '#scenarios';
import { scenario as card } from './outage-card.ts';
import { outageSubject } from './outage-subject.ts';

/** The same card over an agent that makes a new key in every life, as the one before it did. */
export const scenario = defineScenario({ ...card, subject: outageSubject(() => randomUUID()) });
