import type { ModelMessage } from 'ai';
import type { z } from 'zod';
import { type Agent, definePrompt } from '../agent/define-agent.ts';
import { type ModelTurn, takeModelTurn } from '../agent/model-turn.ts';
import type { Run, RunOutside } from '../agent/run-agent.ts';
import type { Failure, Usage } from '../session/event.ts';

/** A model may write it once and repair it twice. */
const attemptLimit = 3;

/** Something that a model writes as JSON, for the harness and not for people. */
export interface Question<Value> {
  /** Names its steps: `plan#1`, `plan#2`. */
  readonly name: 'plan' | 'synthesis';
  readonly run: Run;
  readonly agent: Agent;
  /** What is asked for; follows the agent's own prompt. */
  readonly instructions: string;
  readonly schema: z.ZodType<Value>;
  readonly messages: readonly ModelMessage[];
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
      readonly usage: Usage;
    }
  /** Every attempt had faults. */
  | { readonly kind: 'refused'; readonly faults: readonly string[] }
  | { readonly kind: 'failed'; readonly step: string; readonly error: Failure }
  | { readonly kind: 'cancelled'; readonly step: string };

/** Asks, and asks again with what is wrong, each time in a step of its own; nothing of it becomes part of the conversation. */
export async function askStructured<Value>(
  question: Question<Value>,
  outside: RunOutside,
): Promise<Answer<Value>> {
  const { name, run, read } = question;
  const agent = asWriter(question);
  const messages = [...question.messages];
  let faults: readonly string[] = [];
  for (let number = 1; number <= attemptLimit; number += 1) {
    const step = `${name}#${number}`;
    const turn = await writingStep({ run, step, agent, messages }, outside);
    if (turn.kind === 'cancelled') return { kind: 'cancelled', step };
    if (turn.kind === 'failed') return { kind: 'failed', step, error: turn.error };
    const { text, usage } = turn;
    const { value, faults: found } = read(jsonIn(text));
    if (found.length === 0) return { kind: 'given', value, step, usage };
    faults = found;
    const refused = { agent: agent.name, asked: name, faults: [...faults], usage };
    await run.log.append(step, [{ type: 'answer-refused', ...refused }]);
    messages.push(
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
  { host, exchanges, control }: RunOutside,
): Promise<ModelTurn> {
  const { run, step, agent, messages } = turn;
  const { sessionId, runId } = run.request;
  const place = run.places(agent.name);
  return run.steps.run(step, async () => {
    if (await control.isCancelRequested(sessionId, runId)) return { kind: 'cancelled' };
    const model = exchanges.model(place, run.model);
    return takeModelTurn({ agent, messages, model, onText: async () => undefined }, host);
  });
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is no JSON fits no schema: the reader says what is missing.
    return undefined;
  }
}
