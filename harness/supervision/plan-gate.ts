import { askPerson, decidedFact, type Question, requestedFact } from '../agent/ask-person.ts';
import type { Agent, Supervision } from '../agent/define-agent.ts';
import type { DecisionOutcome } from '../agent/exchanges.ts';
import type { Run, RunOutside } from '../agent/run-agent.ts';
import type { Course } from '../agent/run-course.ts';
import { fingerprint } from '../host/fingerprint.ts';
import { type Plan, readPlan } from './plan.ts';

export type GateOutcome =
  | { readonly kind: 'passed'; readonly plan: Plan }
  | { readonly kind: 'stopped'; readonly reason: string }
  | { readonly kind: 'cancelled'; readonly step: string };

const decisionStep = 'plan.decision#1';

/** Shows the plan to a person, who lets it pass, changes it or stops it. What `supervises` has no gate passes by itself. */
export async function passGate(
  made: {
    readonly run: Run;
    readonly course: Course;
    readonly agent: Agent;
    readonly supervision: Supervision;
    readonly plan: Plan;
    /** The step that made the plan. */
    readonly step: string;
  },
  { host, exchanges, approvals, control, lives }: RunOutside,
): Promise<GateOutcome> {
  const { run, course, agent, supervision, plan, step } = made;
  if (supervision.gate === undefined) return { kind: 'passed', plan };
  const { sessionId, runId, principal } = run.request;
  const idempotencyKey = `${sessionId}/${runId}/${step}`;
  const { receivedAt: now, log } = run;
  const question: Question = {
    step,
    call: { tool: 'plan', callId: step, input: plan },
    need: { ...supervision.gate, stateVersion: fingerprint(plan) },
    context: { sessionId, runId, principal, now, idempotencyKey, records: log.records },
    reader: { sessionId, principal, after: run.runOrdinal },
    yieldsToMessages: false,
  };
  // Behind the step's own fact, which says what the plan is.
  await course.tell(`${step}.question`, [requestedFact(question)]);
  const place = run.places(agent.name);
  const decision = await run.steps.run(decisionStep, () =>
    exchanges.decision(place, question.call, async () => {
      const decided = await askPerson(question, { approvals, control, lives, clock: host.clock });
      if (decided.verdict === 'approved') await approvals.consume(idempotencyKey);
      return decided;
    }),
  );
  await course.tell(decisionStep, [decidedFact(question, decision)]);
  return outcomeOf(decision, supervision);
}

function outcomeOf(
  { verdict, input, reason }: DecisionOutcome,
  supervision: Supervision,
): GateOutcome {
  if (verdict === 'cancelled') return { kind: 'cancelled', step: decisionStep };
  if (verdict === 'rejected')
    return { kind: 'stopped', reason: reason ?? 'a person decided against the plan' };
  if (verdict === 'expired')
    return { kind: 'stopped', reason: 'nobody decided on the plan in time' };
  const { value: plan, faults } = readPlan(input, supervision);
  if (faults.length > 0)
    return {
      kind: 'stopped',
      reason: `the changed plan cannot be carried out: ${faults.join('; ')}`,
    };
  return { kind: 'passed', plan };
}
