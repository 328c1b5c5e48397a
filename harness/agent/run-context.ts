import type { ModelMessage } from 'ai';
import { z } from 'zod';
import { fingerprint } from '../host/fingerprint.ts';
import type { ContextWindow } from '../memory/context-window.ts';
import type { TokenCounter } from '../memory/count-tokens.ts';
import { hydrate } from '../memory/hydrate.ts';
import type { Memory } from '../memory/memory.ts';
import { type AskedContext, sharedPrefix } from '../memory/prefix.ts';
import { addToTranscript, transcriptOf } from '../memory/transcript.ts';
import type { ContextUse, Fact, Failure } from '../session/event.ts';
import { compactContext } from './compact-context.ts';
import type { Agent } from './define-agent.ts';
import type { Run, RunOutside } from './run-agent.ts';

/** What the model is shown of a session during a run, and how it is kept within its budget. */
export interface RunContext {
  readonly messages: readonly ModelMessage[];
  readonly add: (fact: Fact) => void;
  /** Makes room for the agent's next turn, which is shown these messages as well. Says why not, if there can be none. */
  readonly makeRoom: (
    agent: Agent,
    messages?: readonly ModelMessage[],
  ) => Promise<Failure | undefined>;
  /** Whether these messages may be shown as well. */
  readonly hasRoomFor: (agent: Agent, messages: readonly ModelMessage[]) => boolean;
  /** What a turn that is shown these messages as well takes; absent where nobody counts. */
  readonly use: (agent: Agent, messages: readonly ModelMessage[]) => ContextUse | undefined;
}

/** How a run numbers its steps and tells its facts. */
export interface ContextHands {
  readonly names: (name: string) => string;
  readonly tell: (step: string, facts: readonly Fact[]) => Promise<void>;
}

export function openContext(run: Run, hands: ContextHands, outside: RunOutside): RunContext {
  return run.memory === undefined
    ? wholeContext(run.history)
    : boundedContext({ ...run, memory: run.memory }, hands, outside);
}

/** Without a budget the model is shown everything. */
function wholeContext(history: readonly Fact[]): RunContext {
  const messages = transcriptOf(history);
  return {
    messages,
    add: (fact) => addToTranscript(messages, fact),
    makeRoom: async () => undefined,
    hasRoomFor: () => true,
    use: () => undefined,
  };
}

/** A run whose context has a budget. */
export type BoundedRun = Run & { readonly memory: NonNullable<Run['memory']> };

function boundedContext(run: BoundedRun, hands: ContextHands, outside: RunOutside): RunContext {
  const { counter, budgetTokens } = run.memory;
  const instructions = instructionsCounter(counter);
  let memory: Memory | undefined = run.memory.remembered;
  let window = hydrate(memory, run.history, counter);
  let asked = lastAsked(run, window, instructions);
  const askedNow = (agent: Agent): AskedContext => ({
    ...instructions(agent),
    window,
    blocks: window.blocks.length,
  });
  const tokensWith = (agent: Agent, messages: readonly ModelMessage[]): number =>
    messages.reduce(
      (sum, message) => sum + counter.message(message),
      instructions(agent).instructionTokens + window.tokens(),
    );
  return {
    get messages() {
      return window.messages;
    },
    add: (fact) => window.add(fact),
    makeRoom: async (agent, messages = []) => {
      while (tokensWith(agent, messages) > budgetTokens) {
        const beside = tokensWith(agent, messages) - window.tokens();
        const now = { memory, window, agent, instructions: instructions(agent), beside };
        const compacted = await compactContext({ run, hands, now, asked }, outside);
        if (compacted.kind === 'failed') return compacted.error;
        ({ memory, window } = compacted);
      }
      return undefined;
    },
    hasRoomFor: (agent, messages) => tokensWith(agent, messages) <= budgetTokens,
    use: (agent, messages) => {
      const before = asked;
      const now = askedNow(agent);
      asked = { ...now, blocks: now.blocks + messages.length };
      return {
        tokens: tokensWith(agent, messages),
        budgetTokens,
        sharedTokens: sharedPrefix(before, now),
      };
    },
  };
}

type Instructions = Pick<AskedContext, 'instructions' | 'instructionTokens'>;

/** What an agent's instructions and tools take in every request; counted once. */
function instructionsCounter(counter: TokenCounter): (agent: Agent) => Instructions {
  const known = new Map<string, Instructions>();
  return (agent) => {
    // An agent's tools may change while the run goes on, and a supervisor is told other things when it plans.
    const tools = agent.tools.map(({ name, version }) => `${name}@${version}`);
    const key = [agent.name, agent.prompt.fingerprint, ...tools].join(' ');
    const found = known.get(key);
    if (found !== undefined) return found;
    const text = JSON.stringify([
      agent.prompt.text,
      agent.tools.map(({ name, description, input }) => [name, description, schemaOf(input)]),
      agent.handoffs,
      ...(agent.output === undefined ? [] : [schemaOf(agent.output)]),
    ]);
    const counted = { instructions: fingerprint(text), instructionTokens: counter.text(text) };
    known.set(key, counted);
    return counted;
  };
}

const schemaOf = (type: z.ZodType): unknown =>
  z.toJSONSchema(type, { io: 'input', unrepresentable: 'any' });

/** The request before the first of this run: that of the last turn in the history, if the same agent took it. */
function lastAsked(
  { entry }: Run,
  window: ContextWindow,
  instructions: (agent: Agent) => Instructions,
): AskedContext | undefined {
  const blocks = window.blocks.findLastIndex(({ facts }) =>
    facts.some(({ type }) => type === 'model-turn-completed'),
  );
  const turn = window.blocks[blocks]?.facts.find(({ type }) => type === 'model-turn-completed');
  if (turn?.type !== 'model-turn-completed' || turn.agent !== entry.name) return undefined;
  return { ...instructions(entry), window, blocks };
}
