import {
  type AskedContext,
  type ContextWindow,
  createContextWindow,
  createTokenCounter,
  type Fact,
  loadTokenizer,
  planCompaction,
  sharedPrefix,
  type TokenCounter,
} from '#harness';
import { processMeter } from '../measure/meter.ts';
import type { Sample } from '../measure/sample.ts';
import type { Arm, ArmGroup } from './arm.ts';

// What it costs, at every turn, to know how many tokens a context has and how many of its oldest blocks are too many.
//
//   C1. The arms do the same to contexts that differ in length alone, with the tokenizer that a harness uses.
//   C2. A context is opened outside the clock, and opened anew when it has grown by a tenth: its name says its length.

const short = 1000;
const long = 100_000;
const messagesOfExchange = 4;
/** A tenth of the short context. */
const batchSize = 25;
/** What the question is asked about: so that the bisection is made, most of the long context has to go. */
const budgetTokens = 24_000;

export async function openCompaction(): Promise<ArmGroup> {
  const countTokens = await loadTokenizer();
  return {
    on: 'memory',
    floor: contextArm(arms.short, short, createTokenCounter(countTokens)),
    cases: [
      contextArm(arms.long, long, createTokenCounter(countTokens)),
      {
        name: arms.recount,
        includes: `a context of ${short} messages put together and counted anew, how many of the oldest must go`,
        sample: async () => {
          const facts = exchanges(short / messagesOfExchange);
          const stop = processMeter();
          const window = windowOf(facts, createTokenCounter(countTokens));
          requireExcess(window);
          return stop(1);
        },
      },
      {
        name: arms.plan,
        includes: `what to fold and what to leave out of a context of ${short} messages, without the model's summary`,
        sample: async () => {
          const counter = createTokenCounter(countTokens);
          const window = windowOf(exchanges(short / messagesOfExchange), counter);
          const stop = processMeter();
          const plan = planCompaction({
            memory: undefined,
            window,
            room: budgetTokens,
            agent: 'bench',
            isEffect: () => false,
            counter,
          });
          const sample = stop(1);
          if (plan === undefined || plan.fold === 0) throw new RangeError('nothing was folded');
          return sample;
        },
      },
    ],
    bars: [
      {
        id: 'C1',
        says: `a turn at ${long} messages beside one at ${short}`,
        arm: arms.long,
        against: arms.short,
        clock: 'cpuMs',
        limit: 1.3,
      },
    ],
    [Symbol.asyncDispose]: async () => undefined,
  };
}

const arms = {
  short: `turn at ${short} messages`,
  long: `turn at ${long} messages`,
  recount: `full recount at ${short} messages`,
  plan: `compaction planned at ${short} messages`,
} as const;

function contextArm(name: string, size: number, counter: TokenCounter): Arm {
  let window: ContextWindow | undefined;
  return {
    name,
    includes: `${messagesOfExchange} messages added to a context of ${size} and counted, how many of the oldest must go, what a cache can save`,
    sample: async () => {
      if (window === undefined || window.messages.length >= size * 1.1) {
        window = windowOf(exchanges(size / messagesOfExchange), counter);
        window.mark(window.blocks.length);
      }
      return takeTurns(window);
    },
  };
}

/** Resolves to what one exchange took. */
function takeTurns(window: ContextWindow): Sample {
  const added = exchanges(batchSize);
  let asked = contextNow(window);
  const stop = processMeter();
  for (const fact of added) {
    window.add(fact);
    if (fact.type !== 'tool-completed') continue;
    requireExcess(window);
    const now = contextNow(window);
    if (sharedPrefix(asked, now) === 0) throw new RangeError('a context that grew shares nothing');
    asked = now;
  }
  return stop(batchSize);
}

const contextNow = (window: ContextWindow): AskedContext => ({
  instructions: 'bench',
  instructionTokens: 0,
  window,
  blocks: window.blocks.length,
});

/** A context within its budget would leave nothing to find: its time would say nothing. */
function requireExcess(window: ContextWindow): void {
  if (window.excess(budgetTokens) > 0) return;
  throw new RangeError(`a context of ${window.tokens()} tokens is within ${budgetTokens}`);
}

function windowOf(facts: readonly Fact[], counter: TokenCounter): ContextWindow {
  const window = createContextWindow({ counter });
  for (const fact of facts) window.add(fact);
  return window;
}

/** Objects of their own each time: what was counted once is not counted again. */
function exchanges(count: number): readonly Fact[] {
  return Array.from({ length: count }, (_, index) => exchange(index)).flat();
}

const principal = { id: 'bench', role: 'customer', tenant: 'bench' };

/** A question, a call, its result and an answer. */
function exchange(number: number): readonly Fact[] {
  const [tool, callId, input] = ['listOrders', `call-${number}`, { page: number }];
  const order = { id: `ord_${number}`, status: 'shipped', amountMinor: 4900, currency: 'USD' };
  return [
    { type: 'message-received', text: `Where is order ${number}?`, principal, receivedAt: number },
    turn([{ type: 'tool-call', toolCallId: callId, toolName: tool, input }]),
    { type: 'tool-requested', agent: 'bench', callId, tool, input },
    {
      type: 'tool-completed',
      callId,
      tool,
      output: Array.from({ length: 10 }, () => ({ ...order })),
    },
    turn([{ type: 'text', text: `Order ${number} was shipped. It costs 49.00 USD.` }]),
  ];
}

function turn(content: readonly unknown[]): Fact {
  return {
    type: 'model-turn-completed',
    agent: 'bench',
    prompt: 'bench',
    text: '',
    finishReason: 'stop',
    usage: { inputTokens: 1, outputTokens: 1 },
    messages: [{ role: 'assistant', content }],
  };
}
