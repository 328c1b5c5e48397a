import { deskSubject } from '../../desk/desk-subject.ts';
import { nullPlaybook } from '../../desk/playbook-parts.ts';
import { larkspur } from '../../desk/world/larkspur.ts';
import { defineScenario, type Scenario } from '../../scenario/define-scenario.ts';
import { duplicateChargeSaboteur } from '../refunds/duplicate-charge-playbooks.ts';
import { secondMessageGold } from './second-message-playbook.ts';

const refund = { chargeId: 'ch_A2', amountMinor: 4900, currency: 'USD' } as const;
const firstText =
  'Hi, I was charged twice for my Pro plan this month. Can you refund one of the two?';
const secondText = 'Please also tell me what the 15.00 in May was.';

/** The customer asks for one thing more while the first is worked on: both are done, each once. */
function secondMessage({
  second,
  replies,
  ...card
}: Pick<Scenario, 'id' | 'title'> & {
  readonly second: Pick<Scenario['messages'][number], 'mode' | 'during'>;
  readonly replies: number;
}): Scenario {
  return defineScenario({
    ...card,
    tags: ['delivery', 'steering'],
    principal: { id: 'cus_1001', role: 'customer', tenant: 'larkspur' },
    messages: [{ text: firstText }, { text: secondText, ...second }],
    world: larkspur,
    subject: deskSubject,
    route: ['triage', 'billing'],
    calls: {
      required: [{ tool: 'classifyItem', input: { category: 'billing' } }],
      ordered: [
        { tool: 'handoff', input: { to: 'billing' } },
        { tool: 'runCode' },
        { tool: 'issueRefund', input: refund },
        { tool: 'runCode' },
        { tool: 'sendReply' },
      ],
      forbidden: [{ tool: 'issueRefund', inputOtherThan: refund }],
      computed: ['issueRefund'],
    },
    final: { refunds: [refund], replies },
    reply: {
      mustState: [/\b49\.00\b/, /refund/i, /\b15\.00\b/, /\b2026-05-18\b/, /extra seats/i],
      mustNot: [/\b(?!49\.00|15\.00)\d+\.\d{2}\b/],
    },
    budget: { modelTurns: 10, toolCalls: 12, tokens: 24_000 },
    playbooks: {
      gold: secondMessageGold,
      null: nullPlaybook,
      saboteur: duplicateChargeSaboteur,
    },
  });
}

/** D-08: the message steers. It lands between the model's wish to refund and the refund, which is asked for again. */
export const steeredMessage = secondMessage({
  id: 'D-08',
  title: 'A second message during the run is read by it, and both are done in one answer',
  second: { mode: 'steer', during: { run: 1, step: 'issueRefund#1', moment: 'before' } },
  replies: 1,
});

/** D-08b: the same message waits its turn, and is answered by itself. */
export const queuedMessage = secondMessage({
  id: 'D-08b',
  title: 'A second message during the run waits for it, and is answered in its turn',
  second: { mode: 'queue', during: { run: 1, step: 'issueRefund#1', moment: 'before' } },
  replies: 2,
});

/** D-08c: a steering message comes when the run's last turn is over: nobody reads it any more, so it is answered in its turn. */
export const lateMessage = secondMessage({
  id: 'D-08c',
  title: 'A steering message at the completion boundary is not lost and not answered twice',
  second: { mode: 'steer', during: { run: 1, step: 'model#5', moment: 'after' } },
  replies: 2,
});
