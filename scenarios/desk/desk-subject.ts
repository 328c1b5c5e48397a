import { readFileSync } from 'node:fs';
import { type Agent, defineAgent, definePrompt } from '#harness';
import type { Subject } from '../scenario/subject.ts';
import { classifyItem } from './tools/classify-item.ts';
import { draftReply } from './tools/draft-reply.ts';
import { fileCarrierClaim } from './tools/file-carrier-claim.ts';
import { getCharges } from './tools/get-charges.ts';
import { getOrder } from './tools/get-order.ts';
import { issueRefund } from './tools/issue-refund.ts';
import { runCode } from './tools/run-code.ts';
import { sendReply } from './tools/send-reply.ts';
import { type WorldClient, worldClient } from './world/world-client.ts';

const prompts = {
  triage: definePrompt('triage', readText('triage')),
  billing: definePrompt('billing', `${readText('billing')}\n\n${readText('parcels')}`),
};

/** Larkspur's support desk: triage files and answers, billing refunds. */
export const deskSubject: Subject = {
  name: 'desk',
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
      draftReply(),
      sendReply(world),
    ],
    handoffs: [],
    turnLimit: 12,
  });
}

function readText(name: string): string {
  return readFileSync(new URL(`./prompts/${name}.md`, import.meta.url), 'utf8').trim();
}
