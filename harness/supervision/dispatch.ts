import type { Supervision } from '../agent/define-agent.ts';
import type { Run } from '../agent/run-agent.ts';
import type { RunOutcome, RunRequest } from '../session/runner.ts';
import { subRunId } from '../session/sub-run.ts';
import { type Finding, readReport } from './finding.ts';
import type { Plan } from './plan.ts';

const gatherStep = 'gather#1';

/** Sends an investigator out for each objective, waits for all of them, and keeps what they come back with. */
export async function dispatch(
  run: Run,
  { plan, supervision }: { readonly plan: Plan; readonly supervision: Supervision },
): Promise<{ readonly step: string; readonly findings: readonly Finding[] }> {
  const { request, runOrdinal, receivedAt } = run;
  const { concurrency } = supervision;
  const outcomes = await run.steps.delegate(
    plan.objectives.map(({ agent, objective }, index): RunRequest => {
      const number = index + 1;
      return {
        runId: subRunId(request.runId, number),
        sessionId: request.sessionId,
        principal: request.principal,
        text: objective,
        delegation: { agent, number, runOrdinal, receivedAt, concurrency },
      };
    }),
  );
  const findings = await run.steps.transact(gatherStep, async (transaction) => {
    const made = plan.objectives.map((objective, index) =>
      findingOf({ ...objective, id: `finding-${index + 1}` }, outcomes[index]),
    );
    for (const finding of made) {
      const key = `${request.runId}/${finding.id}`;
      await transaction.put({ collection: findingsCollection, key, value: finding });
    }
    return made;
  });
  return { step: gatherStep, findings };
}

/** Where findings are kept: as records of the session, shared by whoever works in it later. */
const findingsCollection = 'groundhog.findings';

type Origin = Pick<Finding, 'id' | 'agent' | 'objective'>;

function findingOf(origin: Origin, outcome: RunOutcome | undefined): Finding {
  if (outcome?.kind === 'answered') return reported(origin, outcome.text);
  if (outcome?.kind === 'failed') {
    const { error } = outcome;
    const status = usedUp.has(error.code) ? 'incomplete' : 'failed';
    return { ...origin, status, error };
  }
  const error = { code: 'RUN_CANCELLED', message: 'The investigation was cancelled.' };
  return { ...origin, status: 'failed', error };
}

/** Failures that say that there was more to find out. */
const usedUp: ReadonlySet<string> = new Set(['TURN_LIMIT_REACHED', 'BUDGET_EXCEEDED']);

function reported(origin: Origin, text: string): Finding {
  const report = readReport(text);
  if (report !== undefined) return { ...origin, status: 'reported', report };
  const error = { code: 'REPORT_INVALID', message: 'What came back was no report.' };
  return { ...origin, status: 'failed', error };
}
