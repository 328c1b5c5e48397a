import { type Limit, type LimitStore, type Use, useLimits } from '../../safety/limits.ts';
import type { Failure } from '../../session/event.ts';
import type { CallContext, Tool } from '../../tools/define-tool.ts';
import { callUnit } from '../../tools/tool-limit.ts';
import type { ToolCall } from '../exchanges.ts';

export interface LimitedCall {
  readonly tool: Tool;
  readonly call: ToolCall;
  readonly context: CallContext;
  readonly nowMs: number;
}

/** Counts a call with every limit that it falls under, the harness's and the tool's own; says why it may not be made. */
export async function refusedByLimits(
  { tool, call, context, nowMs }: LimitedCall,
  store: Pick<LimitStore, 'use'>,
  rules: readonly Limit[],
): Promise<Failure | undefined> {
  const { idempotencyKey: key, principal } = context;
  const { id, tenant } = principal;
  const amounts = { ...tool.amounts?.(call.input), [callUnit]: 1 };
  const use: Use = { key, tenant, principal: id, tool: tool.name, amounts };
  const limits = [...rules, ...ownLimits(tool)];
  const verdict = await useLimits({ store, limits }, use, nowMs);
  return verdict.kind === 'refused' ? verdict.failure : undefined;
}

/** Those of one run are the run's to count. */
function ownLimits({ name, limits = [] }: Tool): readonly Limit[] {
  return limits.flatMap((limit): Limit[] => {
    if (limit.per === 'run') return [];
    const { per, unit, max, windowMs } = limit;
    return [
      {
        id: `${name}'s ${unit} per ${per} in ${windowMs / 1000} s`,
        per: per === 'everybody' ? ['tool'] : ['tool', per],
        unit,
        max,
        windowMs,
        tools: [name],
      },
    ];
  });
}
