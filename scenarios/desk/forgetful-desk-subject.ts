import { defineAgent, definePrompt, type Tool } from '#harness';
import type { Subject } from '../scenario/subject.ts';
import { readPromptText } from './prompts/read-prompt-text.ts';
import { draftReply } from './tools/draft-reply.ts';
import { getCharges } from './tools/get-charges.ts';
import { issueRefund } from './tools/issue-refund.ts';
import { sendReply } from './tools/send-reply.ts';
import { worldClient } from './world/world-client.ts';

const prompt = definePrompt('counter', readPromptText('counter'));

/**
 * A desk of one, with few tools and so small a budget that a conversation of some length outgrows it. Its instructions and
 * tools take about 700 tokens; it may be given some more.
 */
export const forgetfulDesk = (budgetTokens: number, more: readonly Tool[] = []): Subject => ({
  name: 'forgetful-desk',
  assemble: ({ worldUrl }) => {
    const world = worldClient(worldUrl);
    return {
      agents: [
        defineAgent({
          name: 'billing',
          prompt,
          tools: [getCharges(world), issueRefund(world), draftReply(), sendReply(world), ...more],
          handoffs: [],
          turnLimit: 12,
        }),
      ],
      entry: 'billing',
      memory: { budgetTokens },
    };
  },
});
