import { DBOSClient, type DBOSConfig, type WorkflowStatus } from '@dbos-inc/dbos-sdk';
import { systemHost } from '../host/host.ts';
import {
  runAttributesSchema,
  runRequestSchema,
  type SavedRun,
  type SavedStep,
} from '../session/saved-session.ts';
import { dbosLogger } from './dbos-runner.ts';
import { attributesOf } from './session-runs.ts';

/** The session's runs with all that their steps have saved. Nothing is run, and nothing written. */
export async function readSavedRuns(
  sessionId: string,
  {
    pool,
    url,
  }: { readonly pool: NonNullable<DBOSConfig['systemDatabasePool']>; readonly url: string },
): Promise<readonly SavedRun[]> {
  const client = await DBOSClient.create({
    systemDatabaseUrl: url,
    systemDatabasePool: pool,
    logger: dbosLogger(systemHost()),
  });
  try {
    const workflows = await client.listWorkflows({
      attributes: attributesOf(sessionId),
      loadOutput: false,
    });
    const runs: SavedRun[] = [];
    for (const { workflowID, status, input, attributes } of workflows) {
      const { sessionId: _, ...carried } = runAttributesSchema.parse(attributes);
      runs.push({
        request: runRequestSchema.parse(input?.[0]),
        attributes: carried,
        ending: endingOf(status),
        steps: await savedSteps(workflowID, client),
      });
    }
    return runs;
  } finally {
    await client.destroy();
  }
}

async function savedSteps(
  runId: string,
  client: Pick<DBOSClient, 'listWorkflowSteps'>,
): Promise<readonly SavedStep[]> {
  const steps = (await client.listWorkflowSteps(runId)) ?? [];
  return (
    steps
      // That a sub-agent's run was started, or waited for, is noted here too, and is no step.
      .filter(({ name, childWorkflowID }) => childWorkflowID === null && !name.startsWith('DBOS.'))
      .map(({ name, output, startedAtEpochMs = 0 }) => ({
        name,
        output,
        startedAt: startedAtEpochMs,
      }))
  );
}

function endingOf(status: WorkflowStatus['status']): SavedRun['ending'] {
  if (status === 'SUCCESS') return 'settled';
  return status === 'PENDING' || status === 'ENQUEUED' || status === 'DELAYED' ? 'open' : 'broken';
}
