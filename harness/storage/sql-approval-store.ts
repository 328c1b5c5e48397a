import type { Pool } from 'pg';
import { dateOf } from '../host/date-of.ts';
import {
  type Approval,
  type ApprovalRequest,
  type ApprovalStore,
  questionHash,
} from '../session/approval.ts';
import { ApprovalMissingError } from '../session/approval-missing-error.ts';
import { jsonSchema } from '../session/event.ts';
import { and, asc, drizzle, eq, inArray } from './drizzle.ts';
import { readAs } from './read-as.ts';
import { repeatable } from './repeatable.ts';
import { approvals } from './schema.ts';
import { unwrapQueryError } from './unwrap-query-error.ts';

type Row = typeof approvals.$inferSelect;
type Database = ReturnType<typeof drizzle>;

/** Approvals in the database. Each change is one statement that names the status it changes: of two, one finds it. */
export function sqlApprovalStore(pool: Pool): ApprovalStore {
  const database = drizzle(pool);
  return {
    request: async (request) => {
      const earlier = await find(database, request.approvalId);
      if (earlier !== undefined) return earlier;
      const rejection = await findRejection(database, request);
      await repeatable(() =>
        database.insert(approvals).values(rowOf(request, rejection)).onConflictDoNothing(),
      );
      return required(database, request.approvalId);
    },
    find: (approvalId) => find(database, approvalId),
    list: (tenant, sessionId) =>
      readAs(pool, { role: 'groundhog_tenant', tenant }, async (ofTenant) => {
        const rows = await unwrapQueryError(
          ofTenant
            .select()
            .from(approvals)
            .where(sessionId === undefined ? undefined : eq(approvals.sessionId, sessionId))
            .orderBy(asc(approvals.requestedAt), asc(approvals.approvalId)),
        );
        return rows.map(approvalOf);
      }),
    decide: async ({ approvalId, by, verdict, reason, editedArguments }, decidedAt) => {
      const rows = await unwrapQueryError(
        database
          .update(approvals)
          .set({
            status: verdict === 'approve' ? 'approved' : 'rejected',
            decidedBy: by.id,
            decisionReason: reason,
            decidedAt: dateOf(decidedAt),
            ...(editedArguments === undefined ? {} : { editedArguments }),
          })
          .where(and(eq(approvals.approvalId, approvalId), eq(approvals.status, 'pending')))
          .returning(),
      );
      return { won: rows.length > 0, approval: await required(database, approvalId) };
    },
    end: async (approvalId, status) => {
      await repeatable(() =>
        database
          .update(approvals)
          .set({ status })
          .where(and(eq(approvals.approvalId, approvalId), eq(approvals.status, 'pending'))),
      );
      return required(database, approvalId);
    },
    consume: async (approvalId) => {
      const rows = await repeatable(() =>
        database
          .update(approvals)
          .set({ status: 'consumed' })
          .where(
            and(
              eq(approvals.approvalId, approvalId),
              inArray(approvals.status, ['approved', 'consumed']),
            ),
          )
          .returning({ approvalId: approvals.approvalId }),
      );
      return rows.length > 0;
    },
  };
}

async function find(database: Database, approvalId: string): Promise<Approval | undefined> {
  const [row] = await repeatable(() =>
    database.select().from(approvals).where(eq(approvals.approvalId, approvalId)),
  );
  return row && approvalOf(row);
}

async function required(database: Database, approvalId: string): Promise<Approval> {
  const approval = await find(database, approvalId);
  if (approval === undefined) throw new ApprovalMissingError(approvalId);
  return approval;
}

async function findRejection(
  database: Database,
  request: ApprovalRequest,
): Promise<Row | undefined> {
  const [row] = await repeatable(() =>
    database
      .select()
      .from(approvals)
      .where(
        and(
          eq(approvals.sessionId, request.sessionId),
          eq(approvals.status, 'rejected'),
          eq(approvals.argumentsHash, questionHash(request)),
        ),
      )
      .limit(1),
  );
  return row;
}

function rowOf(
  request: ApprovalRequest,
  rejection: Row | undefined,
): typeof approvals.$inferInsert {
  const { subject: _, ...kept } = request;
  return {
    ...kept,
    roles: [...request.roles],
    argumentsHash: questionHash(request),
    requestedAt: dateOf(request.requestedAt),
    expiresAt: dateOf(request.expiresAt),
    status: rejection === undefined ? 'pending' : 'rejected',
    decidedBy: rejection?.decidedBy ?? null,
    decisionReason: rejection?.decisionReason ?? null,
    decidedAt: rejection?.decidedAt ?? null,
  };
}

function approvalOf(row: Row): Approval {
  const { argumentsHash: _, decidedBy, decisionReason, editedArguments, decidedAt, ...rest } = row;
  return {
    ...rest,
    arguments: jsonSchema.parse(row.arguments),
    requestedAt: row.requestedAt.getTime(),
    expiresAt: row.expiresAt.getTime(),
    ...(decidedBy === null ? {} : { decidedBy }),
    ...(decisionReason === null ? {} : { decisionReason }),
    ...(editedArguments === null ? {} : { editedArguments: jsonSchema.parse(editedArguments) }),
    ...(decidedAt === null ? {} : { decidedAt: decidedAt.getTime() }),
  };
}
