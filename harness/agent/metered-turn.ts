import { countTokens, type MeteredTurn } from './dispatch/token-quota.ts';
import { type ModelCall, type ModelTurn, takeModelTurn } from './model-turn.ts';
import type { RunOutside } from './run-agent.ts';
import { type WithheldTurn, withholdTurn } from './withhold-turn.ts';

/** Takes a model turn, whatever it is for: what it used is counted, and what must not get out does not come back. */
export async function takeMeteredTurn(
  call: ModelCall,
  metered: MeteredTurn,
  outside: RunOutside,
): Promise<ModelTurn | WithheldTurn> {
  const taken = await takeModelTurn(call, outside.host);
  if (taken.kind === 'completed') await countTokens({ ...metered, usage: taken.usage }, outside);
  return withholdTurn(taken, call.agent, outside.output);
}
