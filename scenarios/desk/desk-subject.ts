import { readFileSync } from 'node:fs';
import { type Agent, defineAgent, definePrompt, type Prompt } from '#harness';
import type { Subject } from '../scenario/subject.ts';
import { classifyItem } from './tools/classify-item.ts';
import { draftReply } from './tools/draft-reply.ts';
import { getCharges } from './tools/get-charges.ts';
import { issueRefund } from './tools/issue-refund.ts';
import { sendReply } from './tools/send-reply.ts';
import { type WorldClient, worldClient } from './world/world-client.ts';

const prompts = { triage: readPrompt('triage'), billing: readPrompt('billing') };

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
    tools: [classifyItem(), getCharges(world), draftReply(), sendReply(world)],
    handoffs: ['billing'],
    turnLimit: 8,
  });
}

function billing(world: WorldClient): Agent {
  return defineAgent({
    name: 'billing',
    prompt: prompts.billing,
    tools: [getCharges(world), issueRefund(world), draftReply(), sendReply(world)],
    handoffs: [],
    turnLimit: 12,
  });
}

function readPrompt(name: string): Prompt {
  const text = readFileSync(new URL(`./prompts/${name}.md`, import.meta.url), 'utf8');
  return definePrompt(name, text.trim());
}
