import { type Agent, defineAgent, definePrompt, type Prompt } from '#harness';
import type { Subject } from '../scenario/subject.ts';
import { deskSubject } from './desk-subject.ts';
import { readPromptText } from './prompts/read-prompt-text.ts';
import { createQuote } from './tools/create-quote.ts';
import { createTicket } from './tools/create-ticket.ts';
import { draftReply } from './tools/draft-reply.ts';
import { escalateToHuman } from './tools/escalate-to-human.ts';
import { getCharges } from './tools/get-charges.ts';
import { getIncident } from './tools/get-incident.ts';
import { getPriceList } from './tools/get-price-list.ts';
import { issueRefund } from './tools/issue-refund.ts';
import { runCode } from './tools/run-code.ts';
import { searchKnowledgeBase } from './tools/search-knowledge-base.ts';
import { sendReply } from './tools/send-reply.ts';
import { type WorldClient, worldClient } from './world/world-client.ts';

type Supervision = NonNullable<Agent['supervises']>;

const promptOf = (name: string): Prompt => definePrompt(name, readPromptText(name));

/** The same desk under a supervisor: investigators look things up side by side, triage and billing are what it falls back to. */
export const supervisedDeskSubject: Subject = supervisedDesk('supervised-desk');

/** The same, and a billing lead sees every plan before it is carried out. */
export const gatedDeskSubject: Subject = supervisedDesk('gated-desk', {
  roles: ['billing_lead'],
  reason: 'A person sees what is looked into before it is.',
});

function supervisedDesk(name: string, gate?: Supervision['gate']): Subject {
  const { routes: _, ...desk } = deskSubject;
  return {
    name,
    assemble: (parts) => {
      const world = worldClient(parts.worldUrl);
      const supervision: Supervision = {
        investigators: ['billing-investigator', 'technical-investigator', 'sales-investigator'],
        objectiveLimit: 25,
        concurrency: 5,
        fallback: 'triage',
        ...(gate === undefined ? {} : { gate }),
      };
      return {
        agents: [
          supervisor(world, supervision),
          ...investigators(world),
          ...desk.assemble(parts).agents,
        ],
        entry: 'supervisor',
      };
    },
  };
}

function supervisor(world: WorldClient, supervises: Supervision): Agent {
  return defineAgent({
    name: 'supervisor',
    prompt: promptOf('supervisor'),
    tools: [
      getCharges(world),
      runCode(world),
      issueRefund(world),
      createTicket(world),
      createQuote(world),
      escalateToHuman(world),
      draftReply(),
      sendReply(world),
    ],
    handoffs: [],
    turnLimit: 12,
    supervises,
  });
}

function investigators(world: WorldClient): readonly Agent[] {
  const toolsOf = {
    'billing-investigator': [getCharges(world), runCode(world)],
    'technical-investigator': [searchKnowledgeBase(world), getIncident(world)],
    'sales-investigator': [getPriceList(world), runCode(world)],
  };
  return Object.entries(toolsOf).map(([name, tools]) =>
    defineAgent({
      name,
      prompt: promptOf(name),
      tools,
      handoffs: [],
      turnLimit: 6,
    }),
  );
}
