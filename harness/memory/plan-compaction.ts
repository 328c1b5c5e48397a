import type { Fact } from '../session/event.ts';
import { commitmentsIn, type IsEffect } from './commitments.ts';
import { type Block, type ContextWindow, createContextWindow } from './context-window.ts';
import type { TokenCounter } from './count-tokens.ts';
import { headOf } from './hydrate.ts';
import type { Kept, Memory } from './memory.ts';
import { foldable } from './summary-request.ts';

/** What is done to a context that has grown too large. */
export interface CompactionPlan {
  /** How many of its oldest blocks are folded into the summary. */
  readonly fold: number;
  /** What is kept of the session to the letter, when that is done. */
  readonly kept: Kept;
  /** What is folded, as the summariser is shown it. */
  readonly folded: readonly Block[];
  /** Tokens the summary may have. */
  readonly summaryTokens: number;
}

export interface PlanParts {
  readonly memory: Memory | undefined;
  readonly window: ContextWindow;
  /** Tokens there are for the context, instructions and tools aside. */
  readonly room: number;
  /** Who speaks. */
  readonly agent: string;
  readonly isEffect: IsEffect;
  readonly counter: TokenCounter;
  /** Nothing is folded, because nobody can say it in fewer words now: only results are left out. */
  readonly withoutFolding?: boolean;
}

/** Compaction goes down to here, so that it is not needed again at the next turn. */
const targetShare = 0.6;
/** The summary's share of the room; what it needs beyond that it does not get. */
const summaryShare = 0.2;
/** A result of this share of the room is large. */
const largeShare = 0.05;
/** Its placeholder is no smaller than this. */
const leastLarge = 80;

/**
 * What to do: leave out stale large results; if that does not do, fold the oldest stretch; if that does not do either, leave
 * out fresh large results. Never splits a block, never folds what the run has to answer without keeping it, never the last
 * block. Undefined when nothing does.
 */
export function planCompaction(parts: PlanParts): CompactionPlan | undefined {
  const { window, room, isEffect, withoutFolding = false } = parts;
  // Instructions alone are over the budget: whatever is folded, nothing is won.
  if (room <= 0) return undefined;
  const { blocks } = window;
  const target = room * targetShare;
  const large = Math.max(leastLarge, withoutFolding ? 0 : room * largeShare);
  const isStale = (index: number): boolean => index < blocks.length - 1;
  const stale = resultsIn(blocks, (result, index) =>
    isStale(index) ? result.tokens > large && !isEffect(result.tool) : result.tokens > target,
  );
  const all = resultsIn(blocks, ({ tokens }) => tokens > large);
  const attempts = [
    { pruned: stale, fold: 0, most: target },
    ...(withoutFolding
      ? []
      : [
          { pruned: stale, most: room },
          { pruned: all, most: room },
        ]),
    { pruned: stale, fold: 0, most: room },
    { pruned: all, fold: 0, most: room },
  ];
  for (const { most, ...attempt } of attempts) {
    const found = planned(parts, { target, ...attempt });
    if (found !== undefined && (found.isPart || found.tokens <= most)) return found.plan;
  }
  return undefined;
}

interface Attempt {
  readonly pruned: readonly string[];
  readonly target: number;
  /** Found out when absent. */
  readonly fold?: number;
}

/** The plan that an attempt comes to, and the tokens behind it. */
interface Planned {
  readonly plan: CompactionPlan;
  readonly tokens: number;
  /** More has to be folded than the summariser can be shown at once: there will be another compaction. */
  readonly isPart: boolean;
}

function planned(parts: PlanParts, { pruned: newly, target, fold }: Attempt): Planned | undefined {
  const { memory, window, room, counter } = parts;
  const { blocks } = window;
  const pruned = new Set([...(memory?.kept.pruned ?? []), ...newly]);
  const slim = createContextWindow({ counter, pruned });
  for (const fact of blocks.flatMap((block) => block.facts)) slim.add(fact);
  const summaryTokens = Math.floor(room * summaryShare);
  const wanted = fold ?? Math.min(slim.excess(target - summaryTokens), blocks.length - 1);
  const folded = foldable(slim.blocks.slice(0, wanted), { room: target, counter });
  if (folded.length === 0 && newly.length === 0) return undefined;
  const kept = keptBehind(parts, { folded, pruned });
  // The summary is counted as long as it may become.
  const text = folded.length === 0 ? (memory?.text ?? '') : '';
  const head = headOf({ text, kept });
  const tokens =
    head.reduce((sum, message) => sum + counter.message(message), 0) +
    (folded.length === 0 ? 0 : summaryTokens) +
    slim.tokens() -
    slim.tokens(folded.length);
  const plan = { fold: folded.length, kept, folded, summaryTokens };
  return { plan, tokens, isPart: folded.length > 0 && folded.length < wanted };
}

function keptBehind(
  { memory, window, agent, isEffect }: PlanParts,
  { folded, pruned }: { readonly folded: readonly Block[]; readonly pruned: ReadonlySet<string> },
): Kept {
  const gone = folded.flatMap((block) => block.facts);
  const left = window.blocks.slice(folded.length).flatMap((block) => block.facts);
  const before = { commitments: memory?.kept.commitments ?? [], at: memory?.kept.at ?? 0 };
  const { commitments, at } = commitmentsIn(before, gone, isEffect);
  const shown = new Set(left.flatMap((fact) => ('callId' in fact ? [fact.callId] : [])));
  return {
    format: 1,
    commitments: [...commitments],
    unanswered: unansweredIn([...(memory?.kept.unanswered ?? []), ...gone], left),
    pruned: [...pruned].filter((callId) => shown.has(callId)),
    agent,
    at,
  };
}

/** What the run at work has to answer, as far as it is folded: its own message and those that came meanwhile. */
function unansweredIn(gone: readonly Fact[], left: readonly Fact[]): Fact[] {
  if (left.some(opensRun)) return [];
  return gone
    .slice(Math.max(0, gone.findLastIndex(opensRun)))
    .filter((fact) => opensRun(fact) || fact.type === 'message-steered');
}

/** The message that a run has to answer, or a sub-agent's objective. */
const opensRun = ({ type }: Fact): boolean =>
  type === 'message-received' || type === 'sub-agent-started';

function resultsIn(
  blocks: readonly Block[],
  isChosen: (result: Block['results'][number], index: number) => boolean,
): readonly string[] {
  return blocks.flatMap(({ results }, index) =>
    results.filter((result) => isChosen(result, index)).map(({ callId }) => callId),
  );
}
