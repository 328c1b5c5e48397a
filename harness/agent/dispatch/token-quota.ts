import { type Limit, type LimitStore, type Use, useLimits } from '../../safety/limits.ts';
import type { Failure, Principal, Usage } from '../../session/event.ts';

/** The unit of limits that model turns fall under. */
const tokenUnit = 'tokens';

export interface TokenQuota {
  readonly limits: LimitStore;
  readonly limitRules: readonly Limit[];
}

/** A model turn: `key` names it, so that one that is taken again after a crash is counted once and not refused by itself. */
export interface MeteredTurn {
  readonly key: string;
  readonly principal: Principal;
  readonly nowMs: number;
}

/** Why the turn may not be taken: a quota has nothing left. What a turn costs is known only behind it. */
export async function refusedByQuota(
  turn: MeteredTurn,
  { limits: store, limitRules }: TokenQuota,
): Promise<Failure | undefined> {
  const limits = limitRules.filter(isQuota);
  const verdict = await useLimits({ store, limits }, useOf(turn, 0), turn.nowMs);
  if (verdict.kind === 'admitted') return undefined;
  return { code: 'QUOTA_EXCEEDED', message: verdict.failure.message };
}

/** Counts what the turn has used, also where that is more than was left. */
export async function countTokens(
  turn: MeteredTurn & { readonly usage: Usage },
  { limits: store, limitRules }: TokenQuota,
): Promise<void> {
  const { inputTokens, outputTokens } = turn.usage;
  const limits = limitRules
    .filter(isQuota)
    .map((each) => ({ ...each, max: Number.MAX_SAFE_INTEGER }));
  await useLimits({ store, limits }, useOf(turn, inputTokens + outputTokens), turn.nowMs);
}

const isQuota = ({ unit, tools }: Limit): boolean => unit === tokenUnit && tools === undefined;

const useOf = ({ key, principal }: MeteredTurn, tokens: number): Use => ({
  key,
  tenant: principal.tenant,
  principal: principal.id,
  tool: 'model',
  amounts: { [tokenUnit]: tokens },
});
