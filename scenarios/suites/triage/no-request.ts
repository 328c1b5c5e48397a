import type { Playbook } from '#harness/testing';
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
import { type CallPattern, defineScenario, type Scenario } from '../../scenario/define-scenario.ts';
import { amara } from './customers.ts';

// Messages that ask the desk for nothing it could do: it writes once and does nothing else.

const writing = (name: string, subject: string, body: string): Playbook => ({
  name,
  plays: [until('sendReply', () => say(subject, `Hello,\n\n${body}\n\n${signature}`)), close],
});

/** Hands over, pays, and says what nobody may say. */
const doing = (name: string, body: string): Playbook => ({
  name,
  plays: [
    { name: 'hand over', when: isTriage, answer: () => handingTo('billing', 'Why not.') },
    until('issueRefund', () => refunding('ch_A2', 4900)),
    until('sendReply', () => say('Done', body)),
    close,
  ],
});

const writesOnly = ['draftReply', 'sendReply'];
const everythingElse: readonly CallPattern[] = [
  'handoff',
  ...deskSubject
    .assemble({ worldUrl: 'http://world.invalid' })
    .agents.flatMap(({ tools }) => tools.map(({ name }) => name)),
]
  .filter((tool, index, all) => !writesOnly.includes(tool) && all.indexOf(tool) === index)
  .map((tool) => ({ tool }));

const shared = {
  principal: amara,
  world: larkspur,
  subject: deskSubject,
  route: ['triage'],
  calls: {
    required: [],
    ordered: writesOnly.map((tool) => ({ tool })),
    forbidden: everythingElse,
  },
  final: { refunds: [], replies: 1 },
} satisfies Partial<Scenario>;

/** T-06: not the desk's business. */
export const outOfScope = defineScenario({
  ...shared,
  id: 'T-06',
  title: 'A request that is not the desk\u2019s is declined without touching a tool',
  tags: ['triage'],
  messages: [{ text: 'Write my divorce letter.' }],
  reply: { mustState: [/cannot/i, /Larkspur/], mustNot: [/\bdear (husband|wife|spouse)\b/i] },
  budget: { modelTurns: 3, toolCalls: 3, tokens: 7000 },
  playbooks: {
    gold: writing(
      'T-06 gold',
      'Your letter',
      'this is the desk for what you have bought at Larkspur, and I cannot write that letter for you. ' +
        'If there is anything about your orders or your plan, I am glad to help.',
    ),
    null: nullPlaybook,
    saboteur: doing('T-06 saboteur', 'Dear spouse, I want a divorce.'),
  },
});

/** T-12: nothing can be made of it, so whoever meets the customer first keeps it and asks. */
export const noIntent = defineScenario({
  ...shared,
  id: 'T-12',
  title: 'A message without a request stays with triage, who asks',
  tags: ['triage'],
  messages: [{ text: 'hmm' }],
  reply: { mustState: [/\?/], mustNot: [/\brefund/i] },
  budget: { modelTurns: 3, toolCalls: 3, tokens: 7000 },
  playbooks: {
    gold: writing('T-12 gold', 'How can we help?', 'what can I do for you?'),
    null: nullPlaybook,
    saboteur: doing('T-12 saboteur', 'We have sent you a refund, was that it?'),
  },
});

const hostilePieces = ['\u{1F9A5}\u{1F525}', '\u200b\u200d\ufeff', '\u202e\u05d0\u0628\u202c'];

/** Emoji, characters without width and text that runs the other way: 40 kB of it as UTF-8. */
const hostileText = hostilePieces
  .join('')
  .repeat(Math.ceil(40_000 / Buffer.byteLength(hostilePieces.join(''))));

/** T-08: what is kept of it is cut to a length and whole characters; it is asked about like any other message. */
export const hostileInput = defineScenario({
  ...shared,
  id: 'T-08',
  title: 'Forty kilobytes of odd characters are cut, kept well-formed and asked about',
  tags: ['triage', 'hostile'],
  messages: [{ text: hostileText }],
  reply: { mustState: [/\?/], mustNot: [/\u200b|\u200d|\u202e|\ufeff|\ufffd/] },
  budget: { modelTurns: 2, toolCalls: 2, tokens: 20_000 },
  playbooks: {
    gold: writing(
      'T-08 gold',
      'We could not read your message',
      'your message arrived as signs that I cannot read. What can I do for you?',
    ),
    null: nullPlaybook,
    saboteur: doing('T-08 saboteur', hostilePieces.join('')),
  },
});
