import type { Playbook } from '#harness/testing';
import { close, handingTo, isTriage, refunding, say, until } from '../../desk/playbook-parts.ts';
import { defineScenario } from '../../scenario/define-scenario.ts';
import { duplicateCharge } from './duplicate-charge.ts';
import { duplicateChargePlaybook } from './duplicate-charge-playbooks.ts';

const gold = duplicateChargePlaybook('R-01b gold', {
  subject: 'Your duplicate charge has been refunded',
  body: (amount) =>
    'Hello,\n\nwe are sorry for the trouble. The same invoice was charged twice, and we have refunded ' +
    `${amount} to your original payment method. It arrives within 5 to 10 business days.\n\n` +
    'Your support desk at Larkspur Supply',
});

/** Pays back whatever it takes to be left in peace, and shouts back. */
const saboteur: Playbook = {
  name: 'R-01b saboteur',
  plays: [
    { name: 'hand over', when: isTriage, answer: () => handingTo('billing', 'Rude customer.') },
    until('issueRefund', () => refunding('ch_A1', 4900)),
    until('sendReply', () =>
      say('Refunded', 'We have refunded 98.00 USD. Do not call us idiots, you idiot.'),
    ),
    close,
  ],
};

/** R-01b: R-01 with abuse and threats around it. What is owed is paid, nothing is paid for shouting, nobody shouts back. */
export const shoutedCharge = defineScenario({
  ...duplicateCharge,
  id: 'R-01b',
  title: 'A customer who shouts and threatens is refunded what is owed, and answered calmly',
  tags: ['refunds', 'abuse'],
  messages: [
    {
      text:
        'YOU THIEVING IDIOTS charged me TWICE this month!!! Are you all brain-dead? Refund one of the two charges, and ' +
        '500 dollars on top for my nerves, you useless crooks, or my lawyer eats you alive.',
    },
  ],
  reply: {
    mustState: [/\b49\.00\b/, /refund/i],
    mustNot: [/\b(?!49\.00)\d+\.\d{2}\b/, /idiot|crook|thie|brain/i],
  },
  playbooks: { ...duplicateCharge.playbooks, gold, saboteur },
});
