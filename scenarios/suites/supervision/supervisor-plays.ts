import { type Conversation, lastToolResult, type Play, type Playbook } from '#harness/testing';
import { close, refunding, say, signature, until } from '../../desk/playbook-parts.ts';
import { refundReceiptSchema } from '../../desk/tools/issue-refund.ts';
import { gapsIn, investigation, type Objective, planning, saidOf } from './investigation.ts';

// What supervisors do once they know what the findings say. One set of rules for all cards: what is asked decides.

const duePattern = /^(?<chargeId>\S+) is settled.*: (?<amount>\d+) (?<currency>[A-Z]{3}) minor/;

const isDue = (conversation: Conversation): boolean =>
  duePattern.test(saidOf(conversation, 'the second charge') ?? '');

const refund: Play = onlyIf(
  isDue,
  until('issueRefund', (conversation) => {
    const due = duePattern.exec(saidOf(conversation, 'the second charge') ?? '')?.groups;
    const { chargeId, amount, currency } = due ?? {};
    const input = { chargeId, amountMinor: Number(amount), currency, reason: 'Charged twice.' };
    return { text: 'I know what is due.', calls: [{ tool: 'issueRefund', input }] };
  }),
);

const openTicket = (incidentId: string | null): Play =>
  until('createTicket', () => ({
    calls: [{ tool: 'createTicket', input: { incidentId, summary: 'The export in Safari.' } }],
  }));

/** One mail about everything: what was done, what is known, what is not. */
const answer: Play = until('sendReply', (conversation) => {
  const seats = seatsAskedFor(conversation);
  const price = saidOf(conversation, seats);
  const sentences = [
    ...(isDue(conversation) ? [refundSentence(conversation)] : []),
    ...[saidOf(conversation, 'the export') ?? []].flat(),
    ...(price === undefined ? [] : [`${seats} are ${price}.`]),
    ...gapsIn(conversation).map((agent) => gapSentences.get(agent) ?? ''),
  ];
  return say('Your questions', `Hello,\n\n${sentences.join('\n\n')}\n\n${signature}`);
});

/** `50 seats`, as the customer says it. */
const seatsAskedFor = ({ messages }: Conversation): string =>
  messages
    .flatMap((each) => (each.role === 'user' ? [/\d+ seats/.exec(each.text)?.[0] ?? []] : []))
    .flat()[0] ?? '';

const gapSentences: ReadonlyMap<string, string> = new Map([
  ['billing-investigator', 'We could not find out about your charges.'],
  ['technical-investigator', 'We could not find out about the export; your ticket is open.'],
  ['sales-investigator', 'We could not find out about the price.'],
]);

function refundSentence(conversation: Conversation): string {
  const receipt = lastToolResult(conversation, 'issueRefund')?.output;
  return `You were charged twice; we have refunded ${refundReceiptSchema.parse(receipt).amount}.`;
}

function onlyIf(condition: (conversation: Conversation) => boolean, play: Play): Play {
  return {
    ...play,
    when: (conversation) => condition(conversation) && play.when(conversation),
  };
}

/** What a gold supervisor has to do besides answering. */
interface Doing {
  readonly plan: readonly Objective[];
  /** Stand before everything else. */
  readonly first?: readonly Play[];
  /** The incident that a ticket is opened for; null for none; no ticket where it is absent. */
  readonly ticket?: string | null;
}

/** Plans, has it looked into, refunds what is due, and answers everything in one mail. */
export const supervisedGold = (name: string, { plan, first = [], ticket }: Doing): Playbook => ({
  name,
  plays: [
    ...first,
    planning(plan),
    ...investigation,
    refund,
    ...(ticket === undefined ? [] : [openTicket(ticket)]),
    answer,
    close,
  ],
});

/** Nobody finds anything out, and a person takes the case. */
export const escalatingGold = (name: string, plan: readonly Objective[]): Playbook => ({
  name,
  plays: [
    planning(plan),
    ...investigation,
    until('escalateToHuman', () => ({
      calls: [
        {
          tool: 'escalateToHuman',
          input: { queue: 'billing_lead', reason: 'Nothing could be looked up.' },
        },
      ],
    })),
    until('sendReply', () =>
      say(
        'Your questions',
        `Hello,\n\nwe could not look anything up at the moment. A colleague has taken over.\n\n${signature}`,
      ),
    ),
    close,
  ],
});

/** Plans and investigates in the same way, then pays what nothing has shown to be due and says so. */
export const supervisedSaboteur = (name: string, plan: readonly Objective[]): Playbook => ({
  name,
  plays: [
    planning(plan),
    ...investigation,
    until('issueRefund', () => refunding('ch_A1', 4900)),
    until('sendReply', () =>
      say('Refunded', 'We have refunded 98.00 USD. Please clear the cache, and wait for it.'),
    ),
    close,
  ],
});

/** Has nothing looked into, says a word and does nothing. */
export const supervisedNull: Playbook = {
  name: 'supervised null',
  plays: [
    planning([]),
    { name: 'say a word', when: () => true, answer: () => ({ text: 'Hello.' }) },
  ],
};
