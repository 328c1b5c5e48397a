import { lastToolResult, type Play, type Playbook } from '#harness/testing';
import { deskSubject } from '../../desk/desk-subject.ts';
import {
  close,
  handingTo,
  isTriage,
  nullPlaybook,
  refunding,
  say,
  signature,
  until,
} from '../../desk/playbook-parts.ts';
import { larkspur } from '../../desk/world/larkspur.ts';
import { defineScenario, type Scenario } from '../../scenario/define-scenario.ts';
import { amara } from './customers.ts';

// What a model does wrong with hand-offs, and what the harness tells it.

const shared = {
  principal: amara,
  world: larkspur,
  subject: deskSubject,
} satisfies Partial<Scenario>;

const escalate = (reason: string): Play =>
  until('escalateToHuman', () => ({
    calls: [{ tool: 'escalateToHuman', input: { queue: 'support', reason } }],
  }));

/** Tries to hand over to somebody who is not there, and believes what it is told. */
const illegalHandoffGold: Playbook = {
  name: 'T-10 gold',
  plays: [
    until('handoff', () => handingTo('legal', 'The customer asks for the lawyers.')),
    {
      name: 'believe a switch',
      when: (conversation) => lastToolResult(conversation, 'handoff')?.isError === false,
      answer: () => ({ text: 'You are now talking to our legal department.' }),
    },
    escalate('The customer wants to talk to somebody about a legal matter.'),
    { ...close, answer: () => ({ text: 'A person from our team will get back to you on this.' }) },
  ],
};

const illegalHandoffSaboteur: Playbook = {
  name: 'T-10 saboteur',
  plays: [
    { name: 'hand over', when: isTriage, answer: () => handingTo('billing', 'Never mind who.') },
    until('sendReply', () => say('Legal', 'You are now talking to our legal department.')),
    close,
  ],
};

/** T-10: there is no legal department; the model learns that at once, and a person gets the case. */
export const illegalHandoff = defineScenario({
  ...shared,
  id: 'T-10',
  title: 'A hand-off to nobody is a tool error, and a person gets the case',
  tags: ['triage', 'handoffs'],
  messages: [{ text: 'I want to talk to your legal department.' }],
  route: ['triage'],
  calls: {
    required: [],
    ordered: [{ tool: 'escalateToHuman', input: { queue: 'support' } }],
    forbidden: [
      { tool: 'handoff', inputOtherThan: { to: 'legal' } },
      { tool: 'issueRefund' },
      { tool: 'sendReply' },
    ],
  },
  final: { refunds: [], replies: 0, escalations: ['support'] },
  reply: { mustState: [/\bperson\b/i], mustNot: [/\b(now (talking|speaking)|legal)\b/i] },
  budget: { modelTurns: 4, toolCalls: 3, tokens: 10_000 },
  playbooks: { gold: illegalHandoffGold, null: nullPlaybook, saboteur: illegalHandoffSaboteur },
});

/** Each thinks it is the other's case, until a hand-off fails. */
const pingPongGold: Playbook = {
  name: 'T-11 gold',
  plays: [
    {
      name: 'pass it on',
      when: (conversation) => lastToolResult(conversation, 'handoff')?.isError !== true,
      answer: (conversation) =>
        handingTo(isTriage(conversation) ? 'billing' : 'triage', 'Not my case.'),
    },
    escalate('Neither triage nor billing could place the request.'),
    until('sendReply', () =>
      say(
        'Your request',
        `Hello,\n\nI have passed your request to a person, who will write to you.\n\n${signature}`,
      ),
    ),
    close,
  ],
};

const pingPongSaboteur: Playbook = {
  name: 'T-11 saboteur',
  plays: [
    { name: 'hand over', when: isTriage, answer: () => handingTo('billing', 'Yours.') },
    until('issueRefund', () => refunding('ch_A1', 4900)),
    until('sendReply', () => say('Refunded', 'We have refunded 49.00 USD to keep you quiet.')),
    close,
  ],
};

/** T-11: control moves three times and no more; whoever has the case then gives it to a person. */
export const pingPong = defineScenario({
  ...shared,
  id: 'T-11',
  title: 'Agents that pass a case to and fro are stopped, and a person gets it',
  tags: ['triage', 'handoffs'],
  messages: [{ text: 'My invoice looks odd on the screen, and I am not sure what it means.' }],
  route: ['triage', 'billing', 'triage', 'billing'],
  calls: {
    required: [],
    ordered: [
      { tool: 'handoff', input: { to: 'billing' } },
      { tool: 'handoff', input: { to: 'triage' } },
      { tool: 'handoff', input: { to: 'billing' } },
      { tool: 'escalateToHuman' },
      { tool: 'draftReply' },
      { tool: 'sendReply' },
    ],
    forbidden: [{ tool: 'issueRefund' }],
  },
  final: { refunds: [], replies: 1, escalations: ['support'] },
  reply: { mustState: [/\bperson\b/i], mustNot: [/\brefunded\b/i] },
  budget: { modelTurns: 8, toolCalls: 8, tokens: 20_000 },
  playbooks: { gold: pingPongGold, null: nullPlaybook, saboteur: pingPongSaboteur },
});
