import { z } from 'zod';
import { defineAgent, definePrompt, defineTool, type Tool, type ToolContext } from '#harness';
import type { Subject } from '#scenarios';
import { instructions } from './ai-sdk-agent.ts';
import { incidentSchema, noticeSchema, readIncidents, sendNotice } from './outage-service.ts';

const findIncidents = (serviceUrl: string): Tool =>
  defineTool({
    name: 'findIncidents',
    version: '1',
    owner: 'outages',
    description: 'The incidents there are.',
    input: z.object({}),
    output: z.array(incidentSchema),
    effect: 'read',
    agents: ['outages'],
    execute: async () => [...(await readIncidents(serviceUrl))],
  });

const notifyCustomer = (serviceUrl: string, keyOf: (context: ToolContext) => string): Tool =>
  defineTool({
    name: 'notifyCustomer',
    version: '1',
    owner: 'outages',
    description: 'Mail a customer.',
    input: noticeSchema,
    output: z.object({ mailId: z.string() }),
    effect: 'keyed',
    agents: ['outages'],
    execute: (notice, context) => sendNotice(serviceUrl, notice, keyOf(context)),
  });

/** The same agent as a subject. Its key names the effect by what it is, the same in every life of the session. */
export const outageSubject = (
  keyOf: (context: ToolContext) => string = ({ idempotencyKey }) => idempotencyKey,
): Subject => ({
  name: 'outages',
  assemble: ({ worldUrl }) => ({
    agents: [
      defineAgent({
        name: 'outages',
        prompt: definePrompt('outages', instructions),
        tools: [findIncidents(worldUrl), notifyCustomer(worldUrl, keyOf)],
        handoffs: [],
        turnLimit: 6,
      }),
    ],
    entry: 'outages',
  }),
});
