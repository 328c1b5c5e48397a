import { z } from 'zod';

// What waits for a person on a running server, and that person's answer: for `approvals` and for `chat`.

/** Asks a server, by the client library. */
export type Ask = (path: string, body?: unknown) => Promise<unknown>;

const approvalSchema = z.looseObject({
  approvalId: z.string(),
  tool: z.string(),
  arguments: z.json(),
  reason: z.string(),
  status: z.string(),
  roles: z.array(z.string()),
  mayDecide: z.boolean(),
});
export type ListedApproval = z.infer<typeof approvalSchema>;

const listSchema = z.object({ approvals: z.array(approvalSchema) });
const decidedSchema = z.object({ approval: approvalSchema.omit({ mayDecide: true }) });

/** What waits or waited, oldest first: in one session, or in all that the key may know of. */
export async function listApprovals(
  ask: Ask,
  sessionId?: string,
): Promise<readonly ListedApproval[]> {
  const query = sessionId === undefined ? '' : `?sessionId=${encodeURIComponent(sessionId)}`;
  return listSchema.parse(await ask(`/v1/approvals${query}`)).approvals;
}

export const waiting = (listed: readonly ListedApproval[]): readonly ListedApproval[] =>
  listed.filter(({ status }) => status === 'pending');

export interface PersonsDecision {
  readonly verdict: 'approve' | 'reject';
  readonly reason: string;
  /** Approves these arguments instead. */
  readonly editedArguments?: unknown;
}

/** Throws RequestRefusedError for who may not decide, or comes too late. */
export async function decideApproval(
  ask: Ask,
  approvalId: string,
  decision: PersonsDecision,
): Promise<z.infer<typeof decidedSchema>['approval']> {
  const path = `/v1/approvals/${encodeURIComponent(approvalId)}/decision`;
  return decidedSchema.parse(await ask(path, decision)).approval;
}
