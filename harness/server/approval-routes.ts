import { Hono } from 'hono';
import type { Approval } from '../session/approval.ts';
import { ApprovalMissingError } from '../session/approval-missing-error.ts';
import type { Principal } from '../session/event.ts';
import { ApiError } from './api-error.ts';
import type { AppParts, AppVariables } from './create-app.ts';
import { jsonOf } from './json-body.ts';
import { bodyFrom, decisionSchema } from './requests.ts';

/** `/v1/approvals`: what waits for a person, and that person's answer. */
export function approvalRoutes({
  harness: { approvals },
}: Pick<AppParts, 'harness'>): Hono<AppVariables> {
  const app = new Hono<AppVariables>();
  app.get('/', async (context) => {
    const principal = context.get('principal');
    const listed = await approvals.list(principal.tenant, context.req.query('sessionId'));
    return context.json({
      approvals: listed
        .filter((approval) => concerns(approval, principal))
        .map((approval) => ({
          ...approval,
          mayDecide: context.get('keyKind') === 'person' && mayDecide(approval, principal),
        })),
    });
  });
  app.post('/:approvalId/decision', async (context) => {
    const by = context.get('principal');
    const approvalId = context.req.param('approvalId');
    const body = bodyFrom(decisionSchema, await jsonOf(context.req));
    const { verdict, reason, editedArguments } = body;
    const listed = await approvals.list(by.tenant);
    const asked = listed.find((approval) => approval.approvalId === approvalId);
    // What somebody may not see is not there for them.
    if (asked === undefined || !concerns(asked, by)) throw new ApprovalMissingError(approvalId);
    if (context.get('keyKind') === 'service') throw decidedByService();
    const edited = editedArguments === undefined ? {} : { editedArguments };
    const approval = await approvals.decide({ approvalId, by, verdict, reason, ...edited });
    return context.json({ approval });
  });
  return app;
}

function decidedByService(): ApiError {
  return new ApiError(403, {
    code: 'DECISION_REFUSED',
    message: 'This key is a service’s: what waits for a person is decided by one.',
  });
}

/** Nobody decides what is done for themselves. */
const mayDecide = ({ roles, requestedBy }: Approval, { id, role }: Principal): boolean =>
  roles.includes(role) && requestedBy !== id;

const concerns = ({ roles, requestedBy }: Approval, { id, role }: Principal): boolean =>
  roles.includes(role) || requestedBy === id;
