import { DBOS } from '@dbos-inc/dbos-sdk';
import type { Pool } from 'pg';
import { expect, test } from 'vitest';
import { createInProcessPool } from './pglite/in-process-pool.ts';
import { openPglite } from './pglite/open-pglite.ts';
import { serveMultiplexer } from './pglite/server/serve-multiplexer.ts';
import { createPostgresPool } from './postgres/connect-postgres.ts';

let stepCount = 0;
const step = (name: string): Promise<string> =>
  DBOS.runStep(
    async () => {
      stepCount += 1;
      return `${name} of ${DBOS.workflowID}`;
    },
    { name },
  );
const threeSteps = DBOS.registerWorkflow(
  async () => {
    await DBOS.setEvent('begun', true);
    return [await step('one'), await step('two'), await step('three'), await DBOS.recv('go')];
  },
  { name: 'three-steps' },
);

async function runWorkflow(pool: Pool, workflowID: string): Promise<unknown> {
  DBOS.setConfig({
    name: 'pool-under-dbos',
    applicationVersion: '1',
    executorID: 'test',
    systemDatabaseUrl: 'postgresql://postgres@pglite:5432/postgres',
    systemDatabasePool: pool,
    logLevel: 'error',
  });
  await DBOS.launch();
  try {
    const handle = await DBOS.startWorkflow(threeSteps, { workflowID })();
    await DBOS.getEvent(workflowID, 'begun');
    await DBOS.send(workflowID, 'told', 'go');
    return await handle.getResult();
  } finally {
    await DBOS.shutdown();
  }
}

function outcome(id: string): readonly string[] {
  return [...['one', 'two', 'three'].map((name) => `${name} of ${id}`), 'told'];
}

test('DBOS runs a workflow over sessions in process, then again over TCP, and repeats no step', async () => {
  const { multiplexer, close } = await openPglite({ dataDir: 'memory' });
  const server = await serveMultiplexer(multiplexer);
  const inProcess = createInProcessPool(multiplexer);
  const overTcp = createPostgresPool(`postgresql://postgres@127.0.0.1:${server.port}/postgres`);
  try {
    expect(await runWorkflow(inProcess, 'first')).toEqual(outcome('first'));
    expect(stepCount).toBe(3);
    expect(await runWorkflow(overTcp, 'second')).toEqual(outcome('second'));
    expect(await runWorkflow(overTcp, 'first')).toEqual(outcome('first'));
    expect(stepCount).toBe(6);
  } finally {
    await inProcess.end();
    await overTcp.end();
    await server.close();
    await close();
  }
}, 120_000);
