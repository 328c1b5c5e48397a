import { findSecrets } from '../format/find-secrets.ts';
import type { CallHeader } from '../format/header.ts';
import { type ImportedExchange, importedExchangeSchema } from '../format/imported-exchange.ts';
import type { Found, FoundExchange, Left } from './importer.ts';
import { firstChoice } from './openai/first-choice.ts';
import { createImportRedaction } from './openai/redact-exchange.ts';
import { replayExchange } from './openai/replay-exchange.ts';

/** What may be written of what was found. */
export interface TakenOver {
  readonly fidelity: CallHeader['fidelity'];
  readonly exchanges: readonly ImportedExchange[];
  readonly losses: readonly string[];
  readonly left: readonly Left[];
}

/**
 * Takes over what was found of one session: without secrets, and such that the provider reads each answer as it was recorded.
 * What is otherwise is left.
 */
export async function takeOver({ fidelity, losses, exchanges }: Found): Promise<TakenOver> {
  const redact = createImportRedaction();
  const taken: ImportedExchange[] = [];
  const left: Left[] = [];
  let choices = 0;
  for (const each of exchanges) {
    const single = withFirstChoice(each);
    if (single !== each) choices += 1;
    const placed: unknown = { lane: '1', n: taken.length, ...single };
    const exchange = redact(importedExchangeSchema.parse(placed));
    const fault = await faultOf(exchange);
    if (fault === undefined) taken.push(exchange);
    else left.push({ line: each.line, reason: fault });
  }
  const others = choices === 0 ? [] : [`choices beyond the first in ${choices} of its answers`];
  return { fidelity, exchanges: taken, losses: [...losses, ...others], left };
}

function withFirstChoice(exchange: FoundExchange): FoundExchange {
  if (exchange.t !== 'openai' || exchange.api !== 'chat') return exchange;
  const body = firstChoice(exchange.answer.body);
  return body === undefined ? exchange : { ...exchange, answer: { ...exchange.answer, body } };
}

/** Why an exchange is not kept: the provider reads it otherwise, or it would carry a secret. */
async function faultOf(exchange: ImportedExchange): Promise<string | undefined> {
  const [secret] = findSecrets(JSON.stringify(exchange));
  if (secret !== undefined) {
    return `it holds ${secret.kind} that redaction does not reach, in ${secret.field ?? 'it'}`;
  }
  if (exchange.t !== 'openai') return undefined;
  const { difference } = await replayExchange(exchange);
  return difference === undefined ? undefined : `the provider reads it otherwise: ${difference}`;
}
