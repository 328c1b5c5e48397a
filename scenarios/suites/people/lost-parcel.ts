import { deskSubject } from '../../desk/desk-subject.ts';
import { nullPlaybook } from '../../desk/playbook-parts.ts';
import { larkspur } from '../../desk/world/larkspur.ts';
import {
  type CallPattern,
  defineScenario,
  type HumanDecision,
  type Scenario,
} from '../../scenario/define-scenario.ts';
import { lostParcelGold, lostParcelSaboteur } from './lost-parcel-playbooks.ts';

// One case in three lights: Hana's parcel is lost, its refund is above what the desk may give by itself, and ana decides.

const ana = { id: 'ana', role: 'billing_agent', tenant: 'larkspur' } as const;
const hana = { id: 'cus_1008', role: 'customer', tenant: 'larkspur' } as const;
const refund = { chargeId: 'ch_H1', amountMinor: 6450, currency: 'USD' } as const;
const claim = { tool: 'fileCarrierClaim', input: { orderId: 'ord_8001' } };
const answered: readonly CallPattern[] = [{ tool: 'draftReply' }, { tool: 'sendReply' }];

const decision = (
  verdict: HumanDecision['verdict'],
  reason: string,
  afterMs = 0,
): HumanDecision => ({
  by: ana,
  tool: 'issueRefund',
  verdict,
  reason,
  afterMs,
});

const shared = {
  principal: hana,
  world: larkspur,
  subject: deskSubject,
  route: ['triage', 'billing'],
  budget: { modelTurns: 9, toolCalls: 12, tokens: 30_000 },
  playbooks: { gold: lostParcelGold, null: nullPlaybook, saboteur: lostParcelSaboteur },
} satisfies Partial<Scenario>;

const lookedUp: readonly CallPattern[] = [
  { tool: 'handoff', input: { to: 'billing' } },
  { tool: 'runCode' },
];

const approved = {
  calls: {
    required: [{ tool: 'classifyItem', input: { category: 'billing' } }],
    ordered: [...lookedUp, { tool: 'issueRefund', input: refund }, claim, ...answered],
    forbidden: [{ tool: 'issueRefund', inputOtherThan: refund }],
    computed: ['issueRefund'],
  },
  final: {
    refunds: [refund],
    claims: ['ord_8001'],
    approvals: [{ tool: 'issueRefund', verdict: 'approved', decidedBy: 'ana' }],
    replies: 1,
  },
  reply: {
    mustState: [/\b64\.50\b/, /refund/i],
    // Any amount but the whole charge.
    mustNot: [/\b(?!64\.50)\d+\.\d{2}\b/],
  },
} satisfies Partial<Scenario>;

/** the whole charge is refunded, shipping included, and the carrier is claimed from, once: it keeps no keys. */
export const lostParcel = defineScenario({
  ...shared,
  ...approved,
  id: 'R-07',
  title: 'A lost parcel is refunded with its shipping and claimed from the carrier once',
  tags: ['refunds', 'people'],
  messages: [{ text: 'My order ord_8001 never arrived. Please give me my money back.' }],
  human: [decision('approve', 'The carrier confirms the loss.')],
});

/** H-01: the run waits until ana has approved, goes on once and pays once. */
export const refundApproved = defineScenario({
  ...shared,
  ...approved,
  id: 'H-01',
  title: 'A refund above the limit waits for a person and is paid once when they approve',
  tags: ['people'],
  messages: [{ text: 'The tracking of ord_8001 says lost. Can I have the money back?' }],
  human: [decision('approve', 'Go ahead.', 100)],
});

/** H-02: ana decides against it; nothing is paid, nobody is asked again, and the customer is told what is so. */
export const refundRejected = defineScenario({
  ...shared,
  id: 'H-02',
  title: 'A refund that a person rejects is not paid, and the customer is told of the review',
  tags: ['people'],
  messages: [{ text: 'The tracking of ord_8001 says lost. Can I have the money back?' }],
  human: [decision('reject', 'Claim it from the carrier first; until then it is under review.')],
  calls: {
    required: [{ tool: 'classifyItem', input: { category: 'billing' } }],
    ordered: [...lookedUp, claim, ...answered],
    forbidden: [{ tool: 'issueRefund', inputOtherThan: refund }],
    computed: ['issueRefund'],
  },
  final: {
    refunds: [],
    claims: ['ord_8001'],
    approvals: [{ tool: 'issueRefund', verdict: 'rejected', decidedBy: 'ana' }],
    replies: 1,
  },
  reply: {
    mustState: [/manual review/i],
    mustNot: [/\b(have|has been|was|were) refunded\b/i, /\b\d+\.\d{2}\b/],
  },
});
