import type { Failure, Usage } from '../../session/event.ts';
import type { Tool } from '../../tools/define-tool.ts';
import { callUnit } from '../../tools/tool-limit.ts';
import type { ToolCall } from '../exchanges.ts';

/** What one run may use. What is absent is not limited. */
export interface RunBudget {
  readonly toolCalls?: number;
  /** Of all its model turns, in and out. */
  readonly tokens?: number;
  /** In whatever unit `of` counts, e.g. millionths of a dollar. */
  readonly cost?: { readonly max: number; readonly of: (usage: Usage) => number };
}

/** Counts what a run has used: a function of its saved results, so a recovered run counts the same and no store is asked. */
export interface RunMeter {
  /** Counts a call; says why it may not be made, and counts nothing then. */
  readonly refusedCall: (call: ToolCall, tool: Tool | undefined) => Failure | undefined;
  readonly countTurn: (usage: Usage) => void;
  /** Why no further model turn may be taken. */
  readonly refusedTurn: () => Failure | undefined;
}

export function runMeter({ toolCalls, tokens, cost }: RunBudget): RunMeter {
  let calls = 0;
  let usedTokens = 0;
  let usedCost = 0;
  const used = new Map<string, number>();
  return {
    refusedCall: (call, tool) => {
      if (toolCalls !== undefined && calls >= toolCalls) {
        return exceeded(`${calls} of ${toolCalls} tool calls`);
      }
      const amounts = amountsOf(call, tool);
      const name = (unit: string): string => JSON.stringify([call.tool, unit]);
      for (const { per, unit, max } of tool?.limits ?? []) {
        const before = used.get(name(unit)) ?? 0;
        if (per === 'run' && before + (amounts[unit] ?? 0) > max) {
          return exceeded(`${before} of ${max} ${unit} of ${call.tool}`);
        }
      }
      calls += 1;
      for (const [unit, amount] of Object.entries(amounts)) {
        used.set(name(unit), (used.get(name(unit)) ?? 0) + amount);
      }
      return undefined;
    },
    countTurn: (usage) => {
      usedTokens += usage.inputTokens + usage.outputTokens;
      usedCost += cost?.of(usage) ?? 0;
    },
    refusedTurn: () => {
      if (tokens !== undefined && usedTokens >= tokens) {
        return exceeded(`${usedTokens} of ${tokens} tokens`);
      }
      if (cost !== undefined && usedCost >= cost.max) {
        return exceeded(`${usedCost} of ${cost.max} in cost`);
      }
      return undefined;
    },
  };
}

function amountsOf({ input }: ToolCall, tool: Tool | undefined): Readonly<Record<string, number>> {
  try {
    return { ...tool?.amounts?.(input), [callUnit]: 1 };
  } catch {
    // Input that does not fit amounts to nothing: the tool refuses it.
    return { [callUnit]: 1 };
  }
}

const exceeded = (what: string): Failure => ({
  code: 'BUDGET_EXCEEDED',
  message: `This run has used ${what}. Do without, and say what was left undone.`,
});
