import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Backing,
  createHarness,
  type Database,
  durableBacking,
  type Harness,
  type Host,
  openHarnessDatabase,
  systemHost,
} from '#harness';
import { scriptedModel } from '#harness/testing';
import type { Violation } from '../checkers/violation.ts';
import { silentStrandings } from '../mutants/runs/silent-strandings.ts';
import { runIdOf } from '../scenario/run-id-of.ts';
import { scenarioExchanges } from '../scenario/scenario-exchanges.ts';
import { scenarioNamed } from '../suites/scenario-named.ts';
import type { Stage, Trial } from './trial.ts';

const scenario = scenarioNamed('H-01');
const pollingMs = 10;

/** CD-9. The server is replaced by one of another version while a refund waits for a person, who then says yes. */
export const versionTrial: Trial = {
  defect: silentStrandings,
  play: async (stage) => {
    const { url } = stage.worldServer.createWorld(scenario.world);
    await using database = await openHarnessDatabase({ kind: 'pglite', dataDir: 'memory' });
    const old = await open({ stage, database, url, version: '1', host: stoppedHost });
    const waiting = await park(old, 'waiting', stage);
    await old.close();
    await using renewed = await open({ stage, database, url, version: '2' });
    await approve(renewed, waiting); // How long may a run take? As long as one that came after it: when that is done, this one is not under way.
    const later = await park(renewed, 'later', stage);
    await approve(renewed, later);
    await renewed.outcome(runIdOf('later', 1));
    // Awaited here: what is returned is asked before the database is closed.
    return await checkNothingForgotten(renewed);
  },
};

interface Server {
  readonly stage: Stage;
  readonly database: Database;
  readonly url: string;
  readonly version: string;
  readonly host?: Host;
}

const host = systemHost();
/** Who waits by this clock waits for ever: closed, the old server does nothing more, as if its process were gone. */
const stoppedHost: Host = {
  ...host,
  clock: { ...host.clock, sleep: () => new Promise<never>(() => undefined) },
};

async function open({
  stage,
  database,
  url: worldUrl,
  version,
  ...server
}: Server): Promise<Harness> {
  const backing: Backing = await durableBacking({
    database,
    identity: { application: 'trial', version, executorId: 'trial' },
    recoveryPollingMs: 5,
  });
  const parts = { ...scenario.subject.assemble({ worldUrl }), backing };
  return createHarness({
    ...(stage.isOn ? silentStrandings.apply({ ...parts, worldUrl }) : parts),
    model: scriptedModel(scenario.playbooks.gold),
    exchanges: scenarioExchanges(scenario),
    ...server,
  });
}

/** Asks for the refund and waits until a person is asked. Returns the request's id. */
async function park(harness: Harness, sessionId: string, { signal }: Stage): Promise<string> {
  const { principal, messages } = scenario;
  const text = messages[0]?.text ?? '';
  await harness.send({ sessionId, messageId: runIdOf(sessionId, 1), text, principal });
  for (;;) {
    const [asked] = await harness.approvals.list(principal.tenant, sessionId);
    if (asked !== undefined) return asked.approvalId;
    await sleep(pollingMs, undefined, { signal });
  }
}

async function approve(harness: Harness, approvalId: string): Promise<void> {
  const by = { id: 'ana', role: 'billing_agent', tenant: scenario.principal.tenant };
  await harness.approvals.decide({ approvalId, by, verdict: 'approve', reason: 'in this trial' });
}

/** I9: a run that does not go on any more is one that somebody is told of. */
async function checkNothingForgotten(harness: Harness): Promise<readonly Violation[]> {
  const told = new Set((await harness.strandedRuns()).map(({ runId }) => runId));
  const forgotten = (await harness.pendingRuns()).filter((runId) => !told.has(runId));
  return forgotten.map((runId) => ({
    invariant: 'I9',
    expected: `${runId} goes on or is reported as stranded`,
    found: 'neither',
    message: `${runId} was approved, does not go on, and nobody is told.`,
  }));
}
