import { randomUUID } from 'node:crypto';
import { type LanguageModel, stepCountIs, ToolLoopAgent, tool } from 'ai';
import { z } from 'zod';
import { noticeSchema, readIncidents, sendNotice } from './outage-service.ts';

export const instructions = 'You tell customers about outages. Look first, then mail once.';

/** The agent as it is written with the AI SDK alone. Its types are named by the SDK. */
// oxlint-disable-next-line typescript/explicit-module-boundary-types -- the SDK's type of an agent spells out its tools.
export const outageAgent = (model: LanguageModel, serviceUrl: string) =>
  new ToolLoopAgent({
    model,
    instructions,
    tools: {
      findIncidents: tool({
        description: 'The incidents there are.',
        inputSchema: z.object({}),
        execute: () => readIncidents(serviceUrl),
      }),
      notifyCustomer: tool({
        description: 'Mail a customer.',
        inputSchema: noticeSchema,
        execute: (notice) => sendNotice(serviceUrl, notice, randomUUID()),
      }),
    },
    stopWhen: stepCountIs(6),
  });
