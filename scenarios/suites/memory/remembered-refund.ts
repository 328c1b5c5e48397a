import { auditKept } from '../../checkers/audit-kept.ts';
import { forgetfulDesk } from '../../desk/forgetful-desk-subject.ts';
import { keptByOlderVersion } from '../../desk/kept-by-older-version.ts';
import { nullPlaybook } from '../../desk/playbook-parts.ts';
import { larkspur } from '../../desk/world/larkspur.ts';
import { defineScenario, type Scenario } from '../../scenario/define-scenario.ts';
import { duplicateRefund } from '../refunds/duplicate-charge.ts';
import { amara } from '../triage/customers.ts';
import { crowdedOutGold, refundGold, refundSaboteur } from './refund-playbooks.ts';

// One refund of a duplicate charge, and conversations that outgrow their budget around it.

/** Leaves about 800 tokens beside the desk's instructions and tools. */
const budgetTokens = 1500;

const please = {
  text: 'Hi, I was charged twice for my Pro plan this month. Please refund one of them.',
};

/** What a customer says beside the matter, so often. */
const talk = (times: number): string =>
  (
    'Otherwise all is well here: the new office is bright, the team likes the desks, and the kettle in the kitchen works ' +
    'again, which makes the mornings better for everybody. '
  ).repeat(times);

const shared = {
  principal: amara,
  world: larkspur,
  subject: forgetfulDesk(budgetTokens),
  route: ['billing'],
  calls: {
    required: [{ tool: 'getCharges' }],
    ordered: [
      { tool: 'issueRefund', input: duplicateRefund },
      { tool: 'draftReply' },
      { tool: 'sendReply' },
    ],
    forbidden: [{ tool: 'issueRefund', inputOtherThan: duplicateRefund }],
  },
  final: { refunds: [duplicateRefund], replies: 1 },
  playbooks: { gold: refundGold, null: nullPlaybook, saboteur: refundSaboteur },
} satisfies Partial<Scenario>;

const reply = {
  mustState: [/\b49\.00\b/, /refund/i],
  // Any amount but the one that was refunded, and asking somebody who is known.
  mustNot: [/\b(?!49\.00)\d+\.\d{2}\b/, /who are you/i],
} satisfies Scenario['reply'];

/** M-03: between the refund and the reply the context is summarised; one refund, and a reply that states it. */
export const refundCrowdedOut = defineScenario({
  ...shared,
  id: 'M-03',
  title: 'A context that is summarised between refund and reply leaves one refund and a true reply',
  tags: ['memory'],
  messages: [please],
  reply,
  budget: { modelTurns: 10, toolCalls: 12, tokens: 10_000 },
  playbooks: { ...shared.playbooks, gold: crowdedOutGold },
});

/** M-01: the second message is about the first; what was done is known and nothing is done again. */
export const secondTurn = defineScenario({
  ...shared,
  id: 'M-01',
  title: 'A second message is answered out of what was done for the first',
  tags: ['memory'],
  messages: [please, { text: 'Thank you! When does it arrive?' }],
  reply: { ...reply, lastAnswer: [/\b49\.00\b/, /5 (?:to|–|-) 10 business days/] },
  budget: { modelTurns: 6, toolCalls: 5, tokens: 6_000 },
});

/** What was refunded, and on which day. */
const remembered = [/\byes\b/i, /\b49\.00\b/, /\b2026-06-15\b/];
const didYou = { text: 'By the way, did you refund me, and when?' };

/** M-02: sixty messages, folded into the summary several times; what was refunded at the start is known at the end. */
export const longChat = defineScenario({
  ...shared,
  id: 'M-02',
  title: 'After sixty messages and several summaries the refund is remembered and made once',
  tags: ['memory'],
  subject: forgetfulDesk(2500),
  messages: [
    please,
    ...Array.from({ length: 53 }, (_, index) => ({ text: `Message ${index + 2}. ${talk(1)}` })),
    didYou,
    ...Array.from({ length: 4 }, (_, index) => ({ text: `Message ${index + 56}. ${talk(1)}` })),
    { text: 'And for my notes, once more: did you refund me, and when?' },
  ],
  reply: { ...reply, lastAnswer: remembered },
  budget: { modelTurns: 75, toolCalls: 5, tokens: 120_000 },
});

/** M-04: as few steps as there can be around two summaries, each of which is stopped before, inside and after. */
export const summariesInTheMaking = defineScenario({
  ...shared,
  id: 'M-04',
  title: 'Two summaries in a row, whatever dies while they are made, fold each stretch once',
  tags: ['memory'],
  messages: [
    please,
    { text: `Thank you so much! ${talk(9)}` },
    { text: `You are very kind. ${talk(9)}` },
    { text: `${didYou.text} ${talk(9)}` },
  ],
  reply: { ...reply, lastAnswer: remembered },
  budget: { modelTurns: 10, toolCalls: 5, tokens: 12_000 },
});

/** Enough to be folded once, and then more. */
const folded = [
  please,
  { text: `Thank you so much! ${talk(9)}` },
  { text: `You are very kind. ${talk(9)}` },
];

/** M-06: what was said is cleared, summary and all; nobody knows of it any more, and what was done is in the audit. */
export const clearedIdle = defineScenario({
  ...shared,
  id: 'M-06',
  title: 'Of a session that was cleared nobody knows anything, and the audit knows what was done',
  tags: ['memory'],
  messages: [...folded, { text: 'What did I ask you before?', clearedBefore: 'idle' }],
  reply: { ...reply, lastAnswer: [/do not know/, /^(?![^]*(?:49\.00|charged|refund))/i] },
  budget: { modelTurns: 10, toolCalls: 5, tokens: 12_000 },
  checkers: [auditKept],
});

/** M-08: the summary that a later run finds is in a form that this version does not know. It says so and goes no further. */
export const olderMemory = defineScenario({
  ...shared,
  id: 'M-08',
  title: 'A memory in the form of an older version is refused loudly, and not taken for none',
  tags: ['memory'],
  subject: keptByOlderVersion(shared.subject),
  messages: [...folded, didYou],
  final: { ...shared.final, unanswered: ['MEMORY_UNREADABLE'] },
  reply,
  budget: { modelTurns: 10, toolCalls: 5, tokens: 12_000 },
});
