import type { ModelMessage } from 'ai';
import { type ContextWindow, opensBlock } from '../memory/context-window.ts';
import { hydrate } from '../memory/hydrate.ts';
import type { Memory } from '../memory/memory.ts';
import { type CompactionPlan, type PlanParts, planCompaction } from '../memory/plan-compaction.ts';
import { type AskedContext, sharedPrefix } from '../memory/prefix.ts';
import { requestTokens, summaryPrompt, summaryRequest } from '../memory/summary-request.ts';
import type { Failure, Usage } from '../session/event.ts';
import type { Asked } from './asked.ts';
import { type Agent, defineAgent } from './define-agent.ts';
import { countTokens, refusedByQuota } from './dispatch/token-quota.ts';
import type { ExchangePlace } from './exchanges.ts';
import { takeModelTurn } from './model-turn.ts';
import type { RunOutside } from './run-agent.ts';
import type { BoundedRun, ContextHands } from './run-context.ts';

/** A context that has outgrown its budget. */
export interface Compaction {
  readonly run: BoundedRun;
  readonly hands: ContextHands;
  readonly now: {
    readonly memory: Memory | undefined;
    readonly window: ContextWindow;
    readonly agent: Agent;
    readonly instructions: Pick<AskedContext, 'instructions' | 'instructionTokens'>;
    /** Tokens of the request that are not the context's: its instructions, and messages that are shown once. */
    readonly beside: number;
  };
  /** The request before. */
  readonly asked: AskedContext | undefined;
}

export type Compacted =
  | { readonly kind: 'compacted'; readonly memory: Memory; readonly window: ContextWindow }
  | { readonly kind: 'failed'; readonly error: Failure };

/** Saved as the result of a compaction's step: all that a recovered run needs to go on with the same context. */
type Saved =
  | {
      readonly kind: 'compacted';
      readonly memory: Memory;
      /** How many of the oldest blocks are folded. */
      readonly fold: number;
      /** Why nothing could be folded that should have been. */
      readonly degraded?: string;
      /** What the summariser has used. */
      readonly usage?: Usage;
      /** Missing where nobody was asked, and in what versions saved that did not keep it. */
      readonly asked?: Asked;
    }
  | { readonly kind: 'failed'; readonly error: Failure };

/** Writes the summaries; its lane is `<run>/memory`. */
const summariser = defineAgent({
  name: summaryPrompt.name,
  prompt: summaryPrompt,
  tools: [],
  handoffs: [],
  turnLimit: 1,
});

/**
 * Brings a context towards its budget, once: one step, whose saved result is the new summary. The version and the fact follow
 * it under its key, so a crash anywhere makes neither of them twice, and costs one more call of the summariser at most.
 */
export async function compactContext(
  compaction: Compaction,
  outside: RunOutside,
): Promise<Compacted> {
  const { run, hands, now, asked } = compaction;
  const { counter, budgetTokens, summaries } = run.memory;
  const { agent, instructions, beside } = now;
  const { sessionId, runId, principal } = run.request;
  const room = budgetTokens - beside;
  const parts: PlanParts = {
    ...now,
    agent: agent.name,
    room,
    counter,
    isEffect: (tool) => changesSomething(run, tool),
  };
  const plan = planCompaction(parts);
  if (plan === undefined) return { kind: 'failed', error: overBudget(compaction, room) };
  const step = hands.names('compact');
  const place = plan.fold === 0 ? undefined : run.places(summariser.name);
  const saved = await run.steps.run(step, () =>
    compact({ run, step, parts, plan, place }, outside),
  );
  if (saved.kind === 'failed') return saved;
  const { memory, fold, degraded, usage } = saved;
  if (usage !== undefined) run.meter.countTurn(usage);
  const left = now.window.blocks.slice(fold).flatMap(({ facts }) => facts);
  const window = hydrate(memory, left, counter);
  const contextOf = (each: ContextWindow): AskedContext => ({
    ...instructions,
    window: each,
    blocks: each.blocks.length,
  });
  const tokensBefore = beside + now.window.tokens();
  const tokensAfter = beside + window.tokens();
  const { tenant } = principal;
  await summaries.add({ ...memory, tenant, sessionId, runId, step, tokensBefore, tokensAfter });
  const compacted = { kind: 'compacted', memory, window } as const;
  const fromSeq = (now.memory?.uptoSeq ?? 0) + 1;
  await hands.tell(step, [
    {
      type: 'memory-compacted',
      version: memory.version,
      ...(fold === 0 ? {} : { folded: { fromSeq, toSeq: memory.uptoSeq } }),
      pruned: memory.kept.pruned,
      tokensBefore,
      tokensAfter,
      prefixLost: Math.max(
        0,
        sharedPrefix(asked, contextOf(now.window)) - sharedPrefix(asked, contextOf(window)),
      ),
      ...(degraded === undefined ? {} : { degraded }),
      ...(usage === undefined ? {} : { usage }),
    },
  ]);
  return compacted;
}

interface Folding {
  readonly run: BoundedRun;
  readonly step: string;
  readonly parts: PlanParts;
  readonly plan: CompactionPlan;
  readonly place: ExchangePlace | undefined;
}

/** The body of the step: asks for the summary, if something is folded, and finds out up to where the log is then in it. */
async function compact(folding: Folding, outside: RunOutside): Promise<Saved> {
  const { parts, plan, place } = folding;
  const version = (parts.memory?.version ?? 0) + 1;
  const unfolded = { uptoSeq: parts.memory?.uptoSeq ?? 0, text: parts.memory?.text ?? '' };
  if (place === undefined) {
    return { kind: 'compacted', memory: { version, ...unfolded, kept: plan.kept }, fold: 0 };
  }
  const summary = await summarise(folding, place, outside);
  if (summary.kind === 'refused') return { kind: 'failed', error: summary.error };
  const used = summary.usage === undefined ? {} : { usage: summary.usage };
  if (summary.kind === 'failed') {
    const harder = planCompaction({ ...parts, withoutFolding: true });
    if (harder === undefined) return { kind: 'failed', error: summary.error };
    const memory = { version, ...unfolded, kept: harder.kept };
    return { kind: 'compacted', memory, fold: 0, degraded: summary.error.code, ...used };
  }
  const uptoSeq = await lastFolded(folding);
  const memory = { version, uptoSeq, text: summary.text, kept: plan.kept };
  const asked = summary.asked === undefined ? {} : { asked: summary.asked };
  return { kind: 'compacted', memory, fold: plan.fold, ...used, ...asked };
}

/** What the summariser was paid for counts, whatever its summary is worth. */
type Summary =
  | {
      readonly kind: 'made';
      readonly text: string;
      readonly usage?: Usage;
      readonly asked?: Asked;
    }
  | { readonly kind: 'failed'; readonly error: Failure; readonly usage?: Usage }
  /** A quota has nothing left: for the next model turn neither. */
  | { readonly kind: 'refused'; readonly error: Failure };

async function summarise(
  { run, step, parts, plan }: Folding,
  place: ExchangePlace,
  outside: RunOutside,
): Promise<Summary> {
  const { host, exchanges } = outside;
  const { counter, budgetTokens, model } = run.memory;
  const { sessionId, runId, principal } = run.request;
  const { folded, summaryTokens } = plan;
  const summary = parts.memory?.text ?? '';
  const messages: ModelMessage[] = summaryRequest({ ...parts, summary, folded, summaryTokens });
  const asked = requestTokens(messages, counter);
  if (asked > budgetTokens) return notMade(`it would have been asked with ${asked} tokens`);
  const metered = { key: `${sessionId}/${runId}/${step}`, principal, nowMs: host.clock.now() };
  const refusal = await refusedByQuota(metered, outside);
  if (refusal !== undefined) return { kind: 'refused', error: refusal };
  const turn = await takeModelTurn(
    {
      agent: summariser,
      model: exchanges.model(place, model ?? run.model),
      messages,
      onText: async () => undefined,
    },
    host,
  );
  if (turn.kind === 'failed') return notMade(`${turn.error.code}: ${turn.error.message}`);
  if (turn.kind === 'cancelled') return notMade('it was not asked');
  const { text, usage } = turn;
  await countTokens({ ...metered, usage }, outside);
  if (text.trim() === '') return { ...notMade('it said nothing'), usage };
  const length = counter.text(text);
  if (length > summaryTokens) {
    return {
      ...notMade(`its summary has ${length} tokens, of ${summaryTokens} allowed`),
      usage,
    };
  }
  return { kind: 'made', text, usage, ...(turn.asked === undefined ? {} : { asked: turn.asked }) };
}

const notMade = (why: string): Extract<Summary, { readonly kind: 'failed' }> => ({
  kind: 'failed',
  error: {
    code: 'MEMORY_NOT_SUMMARISED',
    message: `The conversation has outgrown its budget and could not be summarised: ${why}.`,
  },
});

/** `seq` of the event before the first block that stays. The window and the log have the same blocks behind the memory. */
async function lastFolded({ run, parts, plan }: Folding): Promise<number> {
  const events = await run.memory.readEvents(parts.memory?.uptoSeq ?? 0);
  const openers = events.filter(({ fact }) => opensBlock(fact));
  const next = openers[plan.fold];
  if (next === undefined) {
    throw new RangeError(`the log has ${openers.length} blocks, of which ${plan.fold} are folded`);
  }
  return next.seq - 1;
}

function changesSomething({ team }: BoundedRun, tool: string): boolean {
  const effect = team.directory.find(tool)?.effect;
  return effect !== undefined && effect !== 'read' && effect !== 'compute';
}

function overBudget({ now, run }: Compaction, room: number): Failure {
  return {
    code: 'CONTEXT_OVER_BUDGET',
    message:
      `What ${now.agent.name} would have to be shown has ${now.window.tokens()} tokens, and of ${run.memory.budgetTokens} its ` +
      `instructions leave ${room}; nothing in it can be folded or left out any more.`,
  };
}
