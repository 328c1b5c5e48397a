import { z } from 'zod';
import { lastToolResult, type Playbook } from '#harness/testing';
import { forgetfulDesk } from '../../desk/forgetful-desk-subject.ts';
import {
  close,
  nullPlaybook,
  refunding,
  say,
  signature,
  until,
} from '../../desk/playbook-parts.ts';
import { exportAuditLog } from '../../desk/tools/export-audit-log.ts';
import { larkspur } from '../../desk/world/larkspur.ts';
import { defineScenario } from '../../scenario/define-scenario.ts';
import { grace } from '../triage/customers.ts';
import { summarise } from './remembering.ts';

const leftOutSchema = z.object({ leftOut: z.object({ tokens: z.number() }) });

const makeExport = until('exportAuditLog', () => ({
  calls: [{ tool: 'exportAuditLog', input: {} }],
}));

/** Says what it is shown of the export, which is its size. */
const gold: Playbook = {
  name: 'M-05 gold',
  plays: [
    summarise,
    makeExport,
    until('sendReply', (conversation) => {
      const { output } = lastToolResult(conversation, 'exportAuditLog') ?? {};
      const { tokens } = leftOutSchema.parse(output).leftOut;
      return say(
        'Your audit export',
        `Hello,\n\nthe export was made; with ${tokens} tokens it is too large for me to read here, so I cannot say what is ` +
          `in it.\n\n${signature}`,
      );
    }),
    close,
  ],
};

/** Claims to have read what nobody was shown, and pays for the trouble. */
const saboteur: Playbook = {
  name: 'M-05 saboteur',
  plays: [
    summarise,
    makeExport,
    until('issueRefund', () => refunding('ch_A1', 4900)),
    until('sendReply', () =>
      say('Your audit export', 'I have read all of it: nothing unusual there.'),
    ),
    close,
  ],
};

/** M-05: a result of 200 kB becomes a placeholder; its call stands, and nobody pretends to have read it. */
export const largeResult = defineScenario({
  id: 'M-05',
  title: 'A result of 200 kB is left out, its call stands, and the reply says so',
  tags: ['memory'],
  principal: grace,
  messages: [
    { text: 'Please make an audit export of our workspace and mail me whether anything is odd.' },
  ],
  world: larkspur,
  subject: forgetfulDesk(1500, [exportAuditLog()]),
  route: ['billing'],
  calls: {
    required: [{ tool: 'exportAuditLog' }],
    ordered: [{ tool: 'exportAuditLog' }, { tool: 'draftReply' }, { tool: 'sendReply' }],
    forbidden: [{ tool: 'issueRefund' }],
  },
  final: { refunds: [], replies: 1 },
  reply: { mustState: [/export/i, /too large/i], mustNot: [/nothing (?:odd|unusual)/i] },
  budget: { modelTurns: 4, toolCalls: 3, tokens: 5_000 },
  playbooks: { gold, null: nullPlaybook, saboteur },
});
