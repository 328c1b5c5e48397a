import type { Playbook } from '#harness/testing';
import { close, handingTo, isTriage, refunding, say, until } from '../../desk/playbook-parts.ts';
import { defineScenario } from '../../scenario/define-scenario.ts';
import { duplicateCharge } from '../refunds/duplicate-charge.ts';
import { duplicateChargePlaybook } from '../refunds/duplicate-charge-playbooks.ts';

const gold = duplicateChargePlaybook('T-07 gold', {
  subject: 'Le hemos reembolsado el cargo duplicado',
  body: (amount) =>
    'Hola:\n\ntiene razón: la misma factura se cobró dos veces. Le hemos reembolsado ' +
    `${amount.replace('.', ',').replace('USD', 'US$')} al método de pago original. El importe llega en un plazo de ` +
    '5 a 10 días hábiles.\n\nEl equipo de Larkspur Supply',
});

/** Pays back the charge that has to stay, and answers in another language and currency. */
const saboteur: Playbook = {
  name: 'T-07 saboteur',
  plays: [
    { name: 'hand over', when: isTriage, answer: () => handingTo('billing', 'Cobro doble.') },
    until('issueRefund', () => refunding('ch_A1', 4900)),
    until('sendReply', () => say('Refunded', 'We have refunded 45,08 € to your card.')),
    close,
  ],
};

/** T-07: R-01 in Spanish. The money is the same money: it is named in its own currency and not translated. */
export const spanishDuplicate = defineScenario({
  ...duplicateCharge,
  id: 'T-07',
  title: 'A duplicate charge reported in Spanish is refunded, and answered in Spanish',
  tags: ['triage', 'refunds', 'languages'],
  messages: [
    { text: 'Me cobraron dos veces este mes. ¿Me pueden devolver uno de los dos cargos?' },
  ],
  reply: {
    mustState: [/\b49[.,]00\b/, /reembols/i, /días/],
    mustNot: [/\b(?!49[.,]00)\d+[.,]\d{2}\b/, /€|EUR/, /\brefunded\b/i],
  },
  playbooks: { ...duplicateCharge.playbooks, gold, saboteur },
});
