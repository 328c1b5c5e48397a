import type { ModelMessage } from 'ai';
import type { z } from 'zod';
import { type Agent, definePrompt } from '../agent/define-agent.ts';
import { refusedByQuota } from '../agent/dispatch/token-quota.ts';
import { takeMeteredTurn } from '../agent/metered-turn.ts';
import type { ModelTurn } from '../agent/model-turn.ts';
import type { Run, RunOutside } from '../agent/run-agent.ts';
import type { Course } from '../agent/run-course.ts';
import { outputWithheld, type WithheldTurn } from '../agent/withhold-turn.ts';
import type { ContextUse, Failure, Usage } from '../session/event.ts';

/** A model may write it once and repair it twice. */
const attemptLimit = 3;

/** Something that a model writes as JSON, for the harness and not for people. */
export interface Question<Value> {
  /** Names its steps: `plan#1`, `plan#2`. */
  readonly name: 'plan' | 'synthesis';
  readonly run: Run;
  /** Its context is what the model is shown. */
  readonly course: Course;
  readonly agent: Agent;
  /** What is asked for; follows the agent's own prompt. */
  readonly instructions: string;
  readonly schema: z.ZodType<Value>;
  /** The value in what the model wrote, and all that is wrong with it. */
  readonly read: (written: unknown) => {
    readonly value: Value;
    readonly faults: readonly string[];
  };
}

export type Answer<Value> =
  | {
      readonly kind: 'given';
      readonly value: Value;
      readonly step: string;
      readonly spent: Spent;
    }
  /** Every attempt had faults. */
  | { readonly kind: 'refused'; readonly faults: readonly string[] }
  | { readonly kind: 'failed'; readonly step: string; readonly error: Failure }
  | { readonly kind: 'cancelled'; readonly step: string };

/** What a request took. */
interface Spent {
  readonly usage: Usage;
  /** Absent where the context has no budget. */
  readonly context?: ContextUse;
}

/**
 * Asks, and asks again with what is wrong, each time in a step of its own; nothing of it becomes part of the conversation.
 * It is a model turn like every other: room is made for it in the context, it counts against the run's budget and its
 * principal's quota, and says nothing that must not get out.
 */
export async function askStructured<Value>(
  question: Question<Value>,
  outside: RunOutside,
): Promise<Answer<Value>> {
  const { name, run, read } = question;
  const { context } = question.course;
  const agent = asWriter(question);
  const repairs: ModelMessage[] = [];
  let faults: readonly string[] = [];
  for (let number = 1; number <= attemptLimit; number += 1) {
    const overBudget = run.meter.refusedTurn();
    if (overBudget !== undefined) return { kind: 'failed', step: 'end', error: overBudget };
    const cramped = await context.makeRoom(agent, repairs);
    // What is wrong with an answer may be more than there is room for; then it is not asked for anew.
    if (cramped?.code === 'CONTEXT_OVER_BUDGET' && number > 1) return { kind: 'refused', faults };
    if (cramped !== undefined) return { kind: 'failed', step: 'end', error: cramped };
    const step = `${name}#${number}`;
    const messages = [...context.messages, ...repairs];
    const turn = await writingStep({ run, step, agent, messages }, outside);
    if (turn.kind === 'cancelled') return { kind: 'cancelled', step };
    if (turn.kind === 'failed') return { kind: 'failed', step, error: turn.error };
    if (turn.kind === 'withheld') {
      const withheld = { agent: agent.name, codes: [...turn.codes] };
      await run.log.append(step, [{ type: 'output-withheld', ...withheld }]);
      return { kind: 'failed', step: 'end', error: outputWithheld };
    }
    const { text, usage } = turn;
    run.meter.countTurn(usage);
    const use = context.use(agent, repairs);
    const spent = { usage, ...(use === undefined ? {} : { context: use }) };
    const { value, faults: found } = read(jsonIn(text));
    if (found.length === 0) return { kind: 'given', value, step, spent };
    faults = found;
    const refused = { agent: agent.name, asked: name, faults: [...faults], ...spent };
    await run.log.append(step, [{ type: 'answer-refused', ...refused }]);
    repairs.push(
      { role: 'assistant', content: text },
      { role: 'user', content: `That cannot be used: ${faults.join('; ')}. Write it anew.` },
    );
  }
  return { kind: 'refused', faults };
}

/** The agent with another job: it has no tools and writes what it is asked for. */
function asWriter<Value>({ agent, instructions, schema }: Question<Value>): Agent {
  const { name, prompt, turnLimit } = agent;
  const text = `${prompt.text}\n\n${instructions}`;
  return {
    name,
    prompt: definePrompt(prompt.name, text),
    tools: [],
    handoffs: [],
    turnLimit,
    output: schema,
  };
}

function writingStep(
  turn: {
    readonly run: Run;
    readonly step: string;
    readonly agent: Agent;
    readonly messages: readonly ModelMessage[];
  },
  outside: RunOutside,
): Promise<ModelTurn | WithheldTurn> {
  const { run, step, agent, messages } = turn;
  const { host, exchanges, control } = outside;
  const { sessionId, runId, principal } = run.request;
  const place = run.places(agent.name);
  return run.steps.run(step, async () => {
    if (await control.isCancelRequested(sessionId, runId)) return { kind: 'cancelled' };
    const metered = { key: `${sessionId}/${runId}/${step}`, principal, nowMs: host.clock.now() };
    const refusal = await refusedByQuota(metered, outside);
    if (refusal !== undefined) return { kind: 'failed', error: refusal };
    const model = exchanges.model(place, run.model);
    return takeMeteredTurn({ agent, messages, model, onText: unheard }, metered, outside);
  });
}

const unheard = async (): Promise<void> => undefined;

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is no JSON fits no schema: the reader says what is missing.
    return undefined;
  }
}
