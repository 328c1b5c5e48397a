import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noteDecision } from '../agent/audit-call.ts';
import { type AuditStore, verifyAudit } from '../safety/audit.ts';
import type { ApprovalRequest, ApprovalStore } from '../session/approval.ts';
import { type ApprovalDesk, approvalDesk } from '../session/approval-desk.ts';
import type { RunControl } from '../session/run-control.ts';
import { memoryApprovalStore } from '../testing/memory-approval-store.ts';
import { memoryAuditStore } from '../testing/memory-audit-store.ts';
import { memoryRunControl } from '../testing/memory-run-control.ts';
import { memoryStore } from '../testing/memory-store.ts';
import { simulatedHost } from '../testing/simulated-host.ts';
import { testDatabases } from '../testing/test-databases.ts';
import type { Database } from './open-database.ts';
import { sqlApprovalStore } from './sql-approval-store.ts';
import { sqlAuditStore } from './sql-audit-store.ts';
import { sqlRunControl } from './sql-run-control.ts';

// What every approval store and every run control keeps, on memory, PGlite and PostgreSQL.

interface Opened {
  readonly approvals: ApprovalStore;
  readonly control: RunControl;
  readonly audit: AuditStore;
  readonly close: () => Promise<void>;
}

const backends: Readonly<Record<string, () => Promise<Opened>>> = {
  memory: async () => ({
    approvals: memoryApprovalStore(),
    control: memoryRunControl(memoryStore(() => 0)),
    audit: memoryAuditStore(),
    close: async () => undefined,
  }),
  PGlite: async () => sqlStores(await testDatabases.PGlite()),
  PostgreSQL: async () => sqlStores(await testDatabases.PostgreSQL()),
};

const sqlStores = ({ pool, close }: Database): Opened => ({
  approvals: sqlApprovalStore(pool),
  control: sqlRunControl(pool),
  audit: sqlAuditStore(pool),
  close,
});

function deskAt(startsAt: number, { approvals, audit }: Opened): ApprovalDesk {
  const { clock } = simulatedHost({ startsAt, seed: 1 });
  return approvalDesk({
    approvals,
    clock,
    lives: { look: async () => ({ kind: 'open', endsAt: Number.POSITIVE_INFINITY }) },
    note: noteDecision(audit, clock),
  });
}

const day = 24 * 60 * 60 * 1000;

function request(approvalId: string, changes: Partial<ApprovalRequest> = {}): ApprovalRequest {
  return {
    approvalId,
    tenant: 'larkspur',
    sessionId: approvalId,
    runId: 'r',
    callId: 'call1',
    tool: 'issueRefund',
    arguments: { chargeId: 'ch_H1', amountMinor: 6450 },
    stateVersion: 'v1',
    requestedBy: 'cus_1008',
    roles: ['billing_agent', 'billing_lead'],
    reason: 'more than 50.00',
    requestedAt: 1_000,
    expiresAt: 1_000 + day,
    ...changes,
  };
}

const ana = { id: 'ana', role: 'billing_agent', tenant: 'larkspur' };

describe.each(Object.entries(backends))('approvals in %s', (_name, open) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());

  test('a request made twice is one request, as it was made first', async () => {
    const { approvals } = opened;
    const first = await approvals.request(request('twice'));
    const again = await approvals.request(request('twice', { requestedAt: 9_000 }));
    expect(first).toEqual({ ...request('twice'), status: 'pending' });
    expect(again).toEqual(first);
    expect(await approvals.find('twice')).toEqual(first);
    expect(await approvals.find('nobody')).toBeUndefined();
  });

  test('of eight who decide at once one wins, and the row is theirs', async () => {
    const { approvals } = opened;
    await approvals.request(request('storm'));
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        approvals.decide(
          {
            approvalId: 'storm',
            by: { ...ana, id: `approver-${index}` },
            verdict: index % 2 === 0 ? 'approve' : 'reject',
            reason: 'mine',
          },
          2_000,
        ),
      ),
    );
    const winners = results.flatMap(({ won }, index) => (won ? [index] : []));
    expect(winners).toHaveLength(1);
    const [winner = -1] = winners;
    expect(await approvals.find('storm')).toMatchObject({
      decidedBy: `approver-${winner}`,
      status: winner % 2 === 0 ? 'approved' : 'rejected',
      decidedAt: 2_000,
    });
  });

  test('of eight who decide at the desk at once the audit names the one whose word it is, and seven who came late', async () => {
    const { approvals, audit } = opened;
    await approvals.request(request('desk', { tenant: 'eight' }));
    const desk = deskAt(2_000, opened);
    const approvers = Array.from({ length: 8 }, (_, index) => `approver-${index}`);
    const decide = (id: string) =>
      desk.decide({
        approvalId: 'desk',
        by: { ...ana, id, tenant: 'eight' },
        verdict: 'approve',
        reason: `${id} agrees`,
      });
    await Promise.allSettled(approvers.map(decide));
    const winner = (await approvals.find('desk'))?.decidedBy ?? 'nobody';
    // Who clicks twice has won once, and was late once.
    await expect(decide(winner)).rejects.toMatchObject({ code: 'APPROVAL_DECIDED' });
    const rows = await audit.read('eight', 0);
    const told = (action: string) =>
      rows
        .filter((row) => row.action === action)
        .map(({ actor, isAllowed, reason }) => `${actor} ${isAllowed} ${reason}`)
        .toSorted();
    expect(told('approval-approve')).toEqual(approvers.map((id) => `${id} true ${id} agrees`));
    expect(told('approval-decided')).toEqual(
      [
        `${winner} true won`,
        ...approvers.map((id) => `${id} false already approved by ${winner}`),
      ].toSorted(),
    );
    expect(verifyAudit(rows)).toMatchObject({ ok: true, rows: 17 });
  });

  test('only what was approved can be consumed, and by its own call again', async () => {
    const { approvals } = opened;
    await approvals.request(request('consumed'));
    expect(await approvals.consume('consumed')).toBe(false);
    await approvals.decide({ approvalId: 'consumed', by: ana, verdict: 'approve', reason: '' }, 2);
    expect(await approvals.consume('consumed')).toBe(true);
    expect(await approvals.consume('consumed')).toBe(true);
    expect((await approvals.find('consumed'))?.status).toBe('consumed');
  });

  test('what was decided is not ended, and what was ended is not decided', async () => {
    const { approvals } = opened;
    await approvals.request(request('decided'));
    await approvals.decide({ approvalId: 'decided', by: ana, verdict: 'approve', reason: '' }, 2);
    expect((await approvals.end('decided', 'expired')).status).toBe('approved');
    await approvals.request(request('ended'));
    expect((await approvals.end('ended', 'cancelled')).status).toBe('cancelled');
    const late = await approvals.decide(
      { approvalId: 'ended', by: ana, verdict: 'approve', reason: '' },
      2,
    );
    expect(late).toMatchObject({ won: false, approval: { status: 'cancelled' } });
  });

  test('the same question in the same session is not asked again after a no; another amount is', async () => {
    const { approvals } = opened;
    const sessionId = 'asked-before';
    await approvals.request(request('no', { sessionId }));
    await approvals.decide({ approvalId: 'no', by: ana, verdict: 'reject', reason: 'no' }, 2);
    expect((await approvals.request(request('no-2', { sessionId }))).status).toBe('rejected');
    const other = request('no-3', { sessionId, arguments: { chargeId: 'ch_H1', amountMinor: 1 } });
    expect((await approvals.request(other)).status).toBe('pending');
    expect((await approvals.request(request('elsewhere'))).status).toBe('pending');
  });

  test('a question about the same in other words is the same question; each keeps its own arguments', async () => {
    const { approvals } = opened;
    const sessionId = 'reworded';
    const asked = (approvalId: string, amountMinor: number, reason: string) =>
      approvals.request(
        request(approvalId, {
          sessionId,
          arguments: { amountMinor, reason },
          subject: { amountMinor },
        }),
      );
    expect(await asked('reworded-1', 6450, 'lost')).not.toHaveProperty('subject');
    await approvals.decide(
      { approvalId: 'reworded-1', by: ana, verdict: 'reject', reason: 'no' },
      2,
    );
    expect(await asked('reworded-2', 6450, 'never arrived')).toMatchObject({
      status: 'rejected',
      decidedBy: 'ana',
      decidedAt: 2,
      arguments: { amountMinor: 6450, reason: 'never arrived' },
    });
    expect((await asked('reworded-3', 6400, 'lost')).status).toBe('pending');
  });

  test('a tenant sees its own', async () => {
    const { approvals } = opened;
    await approvals.request(request('juniper-1', { tenant: 'juniper' }));
    expect((await approvals.list('juniper')).map((each) => each.approvalId)).toEqual(['juniper-1']);
    expect(await approvals.list('juniper', 'other')).toEqual([]);
  });

  test('who decides after the time is up finds it expired, which is not a no', async () => {
    const { approvals, audit } = opened;
    await approvals.request(request('late'));
    const decision = { approvalId: 'late', by: ana, verdict: 'approve', reason: 'yes' } as const;
    await expect(deskAt(1_000 + day, opened).decide(decision)).rejects.toMatchObject({
      code: 'APPROVAL_DECIDED',
    });
    expect(await audit.read('larkspur', 0)).toMatchObject([
      { actor: 'ana', action: 'approval-approve', isAllowed: true, reason: 'yes' },
      { actor: 'ana', action: 'approval-decided', isAllowed: false, reason: 'expired' },
    ]);
    expect((await approvals.find('late'))?.status).toBe('expired');
  });

  test('an effect is begun once, whoever asks, and a cancellation is seen by its own run only', async () => {
    const { control } = opened;
    const reader = { sessionId: 's', principal: ana, after: 1 };
    const begun = await Promise.all(
      [1, 2, 3].map(() => control.beginEffect({ key: 'claim', runId: 'r1' }, reader)),
    );
    expect(begun.toSorted()).toEqual(['again', 'again', 'first']);
    await control.requestCancel('s', 'r1');
    await control.requestCancel('s', 'r1');
    expect(await control.look('r1', reader)).toEqual({ isCancelRequested: true, steering: [] });
    expect(await control.look('r2', reader)).toEqual({ isCancelRequested: false, steering: [] });
    const begin = (key: string, runId: string): Promise<string> =>
      control.beginEffect({ key, runId }, reader);
    expect(await begin('later', 'r1')).toBe('cancelled');
    expect(await begin('claim', 'r1')).toBe('again');
    expect(await begin('later', 'r2')).toBe('first');
  });
});
