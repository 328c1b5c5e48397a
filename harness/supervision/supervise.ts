import type { Agent, Supervision } from '../agent/define-agent.ts';
import type { Run, RunOutside } from '../agent/run-agent.ts';
import type { Course } from '../agent/run-course.ts';
import type { Fact, Failure } from '../session/event.ts';
import { dispatch } from './dispatch.ts';
import { contradictionsIn, type Finding } from './finding.ts';
import { type Plan, planSchema, readPlan } from './plan.ts';
import { passGate } from './plan-gate.ts';
import { askStructured } from './structured-turn.ts';
import { plainSynthesis, readSynthesis, synthesisSchema } from './synthesis.ts';

/** A run on its way, and what it carries. */
interface OnItsWay {
  readonly run: Run;
  readonly course: Course;
}

/** How a supervised run goes on. */
export type Supervised =
  /** `agent` takes its turns now; `facts` have been told. */
  | { readonly kind: 'ready'; readonly agent: Agent; readonly facts: readonly Fact[] }
  | { readonly kind: 'failed'; readonly step: string; readonly error: Failure }
  | { readonly kind: 'cancelled'; readonly step: string };

/**
 * What happens before a supervisor speaks: it makes a plan, which is told before it is carried out; a person may have to let
 * it pass; investigators find out side by side; what they found is put together. Nobody but the supervisor acts or answers.
 */
export async function supervise(
  way: OnItsWay,
  supervision: Supervision,
  outside: RunOutside,
): Promise<Supervised> {
  const { run, course } = way;
  const agent = run.entry;
  const planned = await makePlan(way, supervision, outside);
  if (planned.kind !== 'planned') return planned;
  const gate = await passGate({ ...way, agent, supervision, ...planned }, outside);
  if (gate.kind === 'cancelled') return gate;
  if (gate.kind === 'stopped') return abandon(way, supervision, gate.reason);
  if (gate.plan.objectives.length === 0) return { kind: 'ready', agent, facts: [] };
  const { step, findings } = await dispatch(run, { plan: gate.plan, supervision });
  const contradictions = contradictionsIn(findings);
  const gathered: Fact = {
    type: 'findings-gathered',
    agent: agent.name,
    findings: [...findings],
    contradictions: contradictions.map((each) => ({ ...each, statements: [...each.statements] })),
  };
  await course.tell(step, [gathered]);
  return putTogether(way, { findings, gathered }, outside);
}

async function makePlan(
  { run, course }: OnItsWay,
  supervision: Supervision,
  outside: RunOutside,
): Promise<{ readonly kind: 'planned'; readonly plan: Plan; readonly step: string } | Supervised> {
  const agent = run.entry;
  const answer = await askStructured(
    {
      name: 'plan',
      run,
      course,
      agent,
      instructions: planInstructions(run, supervision),
      schema: planSchema,
      read: (written) => readPlan(written, supervision),
    },
    outside,
  );
  if (answer.kind === 'refused') {
    return abandon({ run, course }, supervision, `no plan came off: ${answer.faults.join('; ')}`);
  }
  if (answer.kind !== 'given') return answer;
  const { value: plan, step, spent } = answer;
  await course.tell(step, [{ type: 'plan-made', agent: agent.name, plan, ...spent }]);
  return { kind: 'planned', plan, step };
}

/** One agent takes the run by itself: control moves to it as by a hand-off. */
async function abandon(
  { run: { entry, team }, course }: OnItsWay,
  { fallback }: Supervision,
  reason: string,
): Promise<Supervised> {
  const facts: Fact[] = [
    { type: 'plan-abandoned', agent: entry.name, reason },
    { type: 'handed-off', from: entry.name, to: fallback, reason },
  ];
  await course.tell('plan.abandoned', facts);
  return { kind: 'ready', agent: team.get(fallback), facts };
}

async function putTogether(
  { run, course }: OnItsWay,
  { findings, gathered }: { readonly findings: readonly Finding[]; readonly gathered: Fact },
  outside: RunOutside,
): Promise<Supervised> {
  const agent = run.entry;
  const answer = await askStructured(
    {
      name: 'synthesis',
      run,
      course,
      agent,
      instructions: synthesisInstructions,
      schema: synthesisSchema,
      read: (written) => readSynthesis(written, findings),
    },
    outside,
  );
  if (answer.kind === 'failed' || answer.kind === 'cancelled') return answer;
  const made: Fact =
    answer.kind === 'given'
      ? {
          type: 'synthesis-made',
          agent: agent.name,
          by: 'model',
          synthesis: answer.value,
          ...answer.spent,
        }
      : {
          type: 'synthesis-made',
          agent: agent.name,
          by: 'rule',
          synthesis: plainSynthesis(findings),
          usage: { inputTokens: 0, outputTokens: 0 },
        };
  await course.tell(answer.kind === 'given' ? answer.step : 'synthesis.rule', [made]);
  return { kind: 'ready', agent, facts: [gathered, made] };
}

function planInstructions({ team }: Run, { investigators, objectiveLimit }: Supervision): string {
  const list = investigators.map((name) => {
    const tools = team.get(name).tools.map((tool) => tool.name);
    return `- ${name}, who has ${tools.length === 0 ? 'no tools' : tools.join(', ')}`;
  });
  return [
    'Before you act, others find out for you. Write the plan of what is to be found out, as JSON: one objective for each',
    `thing, at most ${objectiveLimit}, each in words that can be understood without this conversation, each for one of:`,
    ...list,
    'They look things up and change nothing. Leave the list empty if there is nothing to find out.',
  ].join('\n');
}

const synthesisInstructions = [
  'Put the findings together, as JSON: a summary of what is so, the ids of the findings it rests on, and those that you set',
  'aside, with the reason. Every finding is one or the other. One that failed or is incomplete is set aside and named as a',
  'gap, never filled in. Where findings contradict each other, say so; records of what happened outweigh general texts.',
].join('\n');
