import { type Agent, defineAgent, definePrompt } from '#harness';
import type { Subject } from '../scenario/subject.ts';
import { readPromptText } from './prompts/read-prompt-text.ts';
import { deskRoutes } from './routes.ts';
import { classifyItem } from './tools/classify-item.ts';
import { createQuote } from './tools/create-quote.ts';
import { createTicket } from './tools/create-ticket.ts';
import { draftReply } from './tools/draft-reply.ts';
import { escalateToHuman } from './tools/escalate-to-human.ts';
import { fileCarrierClaim } from './tools/file-carrier-claim.ts';
import { getCharges } from './tools/get-charges.ts';
import { getIncident } from './tools/get-incident.ts';
import { getOrder } from './tools/get-order.ts';
import { getPriceList } from './tools/get-price-list.ts';
import { issueRefund } from './tools/issue-refund.ts';
import { runCode } from './tools/run-code.ts';
import { searchKnowledgeBase } from './tools/search-knowledge-base.ts';
import { sendReply } from './tools/send-reply.ts';
import { type WorldClient, worldClient } from './world/world-client.ts';

const prompts = {
  triage: definePrompt('triage', readPromptText('triage')),
  billing: definePrompt('billing', `${readPromptText('billing')}\n\n${readPromptText('parcels')}`),
};

/** Larkspur's support desk: triage files and answers, billing refunds. */
export const deskSubject: Subject = {
  name: 'desk',
  routes: deskRoutes,
  assemble: ({ worldUrl }) => {
    const world = worldClient(worldUrl);
    return { agents: [triage(world), billing(world)], entry: 'triage' };
  },
};

function triage(world: WorldClient): Agent {
  return defineAgent({
    name: 'triage',
    prompt: prompts.triage,
    tools: [
      classifyItem(),
      getCharges(world),
      getOrder(world),
      runCode(world),
      searchKnowledgeBase(world),
      getIncident(world),
      getPriceList(world),
      createTicket(world),
      createQuote(world),
      escalateToHuman(world),
      draftReply(),
      sendReply(world),
    ],
    handoffs: ['billing'],
    turnLimit: 8,
  });
}

function billing(world: WorldClient): Agent {
  return defineAgent({
    name: 'billing',
    prompt: prompts.billing,
    tools: [
      getCharges(world),
      getOrder(world),
      runCode(world),
      issueRefund(world),
      fileCarrierClaim(world),
      escalateToHuman(world),
      draftReply(),
      sendReply(world),
    ],
    handoffs: ['triage'],
    turnLimit: 12,
  });
}
