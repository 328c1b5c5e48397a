import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import {
  type Agent,
  type Fact,
  HarnessError,
  type HarnessOptions,
  type Json,
  jsonSchema,
  type SessionRecord,
  type StepObserver,
  type ToolContext,
} from '#harness';
import type { ModelCall, SessionObservation } from '../checkers/observation.ts';
import type { Scenario } from '../scenario/define-scenario.ts';
import { runIdOf } from '../scenario/run-id-of.ts';

// What people write first: a loop around a model, and an array of messages. It does everything right as long as nothing dies.
// Kept so that the verifier has something that it must not let through.

type Model = HarnessOptions['model'];
type Message = Parameters<Model['doGenerate']>[0]['prompt'][number];
type Turn = Awaited<ReturnType<Model['doGenerate']>>;

export interface LoopOptions {
  readonly worldUrl: string;
  readonly sessionId: string;
  readonly model: Model;
  /** Told of the moments at which a process may die; nothing is ever saved, `after` included. */
  readonly observer?: StepObserver;
  readonly onModelCall: (
    call: ModelCall & { readonly runId: string; readonly step: string },
  ) => void;
}

/** Plays a scenario's messages, and says in the harness's terms what was done. Whatever it knew before, a new process does not. */
export async function playInMemoryLoop(
  scenario: Scenario,
  options: LoopOptions,
): Promise<SessionObservation> {
  const loop = new InMemoryLoop(scenario, options);
  for (const { text } of scenario.messages) await loop.answer(text);
  return loop.observation();
}

const handoffSchema = z.object({ to: z.string(), reason: z.string() });

class InMemoryLoop {
  readonly #scenario: Scenario;
  readonly #options: LoopOptions;
  readonly #agents: readonly Agent[];
  readonly #messages: Message[] = [];
  readonly #records = new Map<string, SessionRecord>();
  readonly #seen: Pick<
    Writable<SessionObservation>,
    'events' | 'deltas' | 'outcomes' | 'modelCalls' | 'savedSteps'
  > = { events: [], deltas: [], outcomes: [], modelCalls: [], savedSteps: [] };
  #agent: Agent;
  #counts = new Map<string, number>();

  constructor(scenario: Scenario, options: LoopOptions) {
    this.#scenario = scenario;
    this.#options = options;
    const { agents, entry } = scenario.subject.assemble(options);
    this.#agents = agents;
    this.#agent = agentNamed(agents, entry);
  }

  observation(): SessionObservation {
    const { sessionId } = this.#options;
    return {
      ...this.#seen,
      sessionId,
      records: [...this.#records.values()],
      approvals: [],
      pendingRuns: [],
    };
  }

  async answer(text: string): Promise<void> {
    this.#counts = new Map();
    const { principal } = this.#scenario;
    this.#tell('received', { type: 'message-received', text, principal, receivedAt: this.#now });
    this.#tell('received', { type: 'run-started', agent: this.#agent.name, traceId: '' });
    this.#messages.push({ role: 'user', content: [{ type: 'text', text }] });
    for (;;) {
      const said = await this.#ask();
      if (said !== undefined) {
        const { name: agent } = this.#agent;
        this.#tell('end', { type: 'run-completed', agent, text: said });
        this.#seen.outcomes.push({ kind: 'answered', agent, text: said });
        return;
      }
    }
  }

  /** One turn, and the tools that it asks for. Returns the answer if it asks for none. */
  async #ask(): Promise<string | undefined> {
    const { model, onModelCall } = this.#options;
    const { name: agent, prompt, tools } = this.#agent;
    const step = this.#next('model');
    const call = { lane: `${this.#run}/${agent}`, ordinal: this.#seen.modelCalls.length };
    const { content, usage, finishReason } = await this.#at(step, () => {
      this.#seen.modelCalls.push(call);
      onModelCall({ ...call, runId: this.#runId, step });
      return model.doGenerate({
        prompt: [{ role: 'system', content: prompt.text }, ...this.#messages],
        tools: [...tools.map(({ name }) => name), 'handoff'].map((name) => ({
          type: 'function',
          name,
          inputSchema: { type: 'object' },
        })),
      });
    });
    const text = content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('');
    const { sessionId } = this.#options;
    this.#seen.deltas.push({ sessionId, runId: this.#runId, step, attempt: 1, ordinal: 0, text });
    this.#tell(step, {
      type: 'model-turn-completed',
      agent,
      prompt: prompt.fingerprint,
      text,
      finishReason: finishReason.unified,
      usage: {
        inputTokens: usage.inputTokens.total ?? 0,
        outputTokens: usage.outputTokens.total ?? 0,
      },
      messages: [],
    });
    const calls = content.flatMap((part) => (part.type === 'tool-call' ? [part] : []));
    this.#messages.push({
      role: 'assistant',
      content: [
        ...(text === '' ? [] : [{ type: 'text' as const, text }]),
        ...calls.map((part) => ({ ...part, input: jsonSchema.parse(JSON.parse(part.input)) })),
      ],
    });
    for (const part of calls) await this.#call(part);
    return calls.length === 0 ? text : undefined;
  }

  async #call({ toolCallId, toolName, input: sent }: ToolCall): Promise<void> {
    const input = jsonSchema.parse(JSON.parse(sent));
    const { name: agent, tools } = this.#agent;
    const step = this.#next(toolName);
    this.#tell(step, { type: 'tool-requested', agent, callId: toolCallId, tool: toolName, input });
    const tool = tools.find(({ name }) => name === toolName);
    const called = { callId: toolCallId, tool: toolName };
    const output = await this.#at(step, async () => {
      try {
        if (tool === undefined) return { type: 'json', value: this.#handOff(step, input) } as const;
        const context = { ...this.#context, records: this.#recordStore() };
        const value = jsonSchema.parse(await tool.execute(input, context));
        return { type: 'json', value } as const;
      } catch (error) {
        if (!(error instanceof HarnessError)) throw error;
        return { type: 'error-json', value: { code: error.code, message: error.message } } as const;
      }
    });
    this.#tell(
      step,
      output.type === 'json'
        ? { type: 'tool-completed', ...called, output: output.value }
        : { type: 'tool-failed', ...called, error: output.value },
    );
    this.#messages.push({
      role: 'tool',
      content: [{ type: 'tool-result', toolCallId, toolName, output }],
    });
  }

  #handOff(step: string, input: Json): Json {
    const { to, reason } = handoffSchema.parse(input);
    this.#tell(step, { type: 'handed-off', from: this.#agent.name, to, reason });
    this.#agent = agentNamed(this.#agents, to);
    return { nowSpeaking: to };
  }

  get #context(): Omit<ToolContext, 'records'> {
    return {
      sessionId: this.#options.sessionId,
      runId: this.#runId,
      principal: this.#scenario.principal,
      now: this.#now,
      signal: new AbortController().signal,
      // By chance: nothing would know it again.
      idempotencyKey: randomUUID(),
    };
  }

  #recordStore() {
    return {
      get: async (collection: string, key: string) =>
        this.#records.get(`${collection}/${key}`)?.value,
      put: async (record: SessionRecord) => {
        this.#records.set(`${record.collection}/${record.key}`, record);
      },
    };
  }

  async #at<Result>(step: string, act: () => PromiseLike<Result> | Result): Promise<Result> {
    const { observer } = this.#options;
    observer?.before(this.#runId, step);
    const result = await act();
    observer?.inside(this.#runId, step);
    this.#seen.savedSteps.push({ run: this.#run, step });
    observer?.after(this.#runId, step);
    return result;
  }

  #tell(step: string, fact: Fact): void {
    const { events } = this.#seen;
    const { sessionId } = this.#options;
    const seq = events.length + 1;
    events.push({ sessionId, seq, runId: this.#runId, step, ordinal: seq, storedAt: 0, fact });
  }

  #next(name: string): string {
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    return `${name}#${count}`;
  }

  get #run(): number {
    return this.#seen.outcomes.length + 1;
  }

  get #runId(): string {
    return runIdOf(this.#options.sessionId, this.#run);
  }

  get #now(): number {
    return Date.parse(this.#scenario.world.now);
  }
}

type ToolCall = Extract<Turn['content'][number], { type: 'tool-call' }>;
type Writable<Of> = {
  -readonly [Key in keyof Of]: Of[Key] extends readonly (infer Each)[] ? Each[] : Of[Key];
};

function agentNamed(agents: readonly Agent[], name: string): Agent {
  const agent = agents.find((each) => each.name === name);
  if (agent === undefined) throw new RangeError(`nobody is called ${name}`);
  return agent;
}
