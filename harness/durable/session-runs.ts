import type { GetWorkflowsInput, WorkflowStatus } from '@dbos-inc/dbos-sdk';
import type { Json } from '../session/event.ts';
import type { ArchivedRun } from '../session/run-archive.ts';
import type { RunAttributes } from '../session/saved-session.ts';

/** What a run is found by besides its id, and what it carries. */
export const attributesOf = (
  sessionId: string,
  carried: RunAttributes = {},
): Record<string, Json> => ({ ...carried, sessionId });

/** Every run that was ever started in the session, by whichever process. */
export async function sessionRuns(
  sessionId: string,
  list: (input: GetWorkflowsInput) => Promise<readonly WorkflowStatus[]>,
): Promise<readonly ArchivedRun[]> {
  const workflows = await list({
    attributes: attributesOf(sessionId),
    loadInput: false,
    loadOutput: false,
  });
  return workflows.map(({ workflowID, status }) => ({
    runId: workflowID,
    isSettled: !unsettled.has(status),
  }));
}

const unsettled: ReadonlySet<string> = new Set(['PENDING', 'ENQUEUED', 'DELAYED']);
