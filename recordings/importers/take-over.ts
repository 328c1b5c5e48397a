import { findSecrets } from '../format/find-secrets.ts';
import type { CallHeader } from '../format/header.ts';
import { type ImportedExchange, importedExchangeSchema } from '../format/imported-exchange.ts';
import type { Found, FoundExchange, Left } from './importer.ts';
import { firstChoice } from './openai/first-choice.ts';
import { replayExchange } from './openai/replay-exchange.ts';
import { mayHoldSecret } from './redaction/may-hold-secret.ts';
import { createImportRedaction, textsInPieces } from './redaction/redact-exchange.ts';

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
    const { exchange, fault } = await checked(importedExchangeSchema.parse(placed), redact);
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

/** An exchange without its secrets, and why it is not kept: it would carry one all the same, or the provider reads it otherwise. */
async function checked(
  given: ImportedExchange,
  redact: (exchange: ImportedExchange) => ImportedExchange,
): Promise<{ readonly exchange: ImportedExchange; readonly fault?: string | undefined }> {
  if (!isSuspect(given)) return { exchange: given, fault: await differenceIn(given) };
  const exchange = redact(given);
  const [secret] = findSecrets(JSON.stringify(exchange));
  if (secret === undefined) return { exchange, fault: await differenceIn(exchange) };
  const where = secret.field ?? 'it';
  return { exchange, fault: `it holds ${secret.kind} that redaction does not reach, in ${where}` };
}

function isSuspect(exchange: ImportedExchange): boolean {
  if (mayHoldSecret(JSON.stringify(exchange))) return true;
  return exchange.t === 'openai' && mayHoldSecret(JSON.stringify(textsInPieces(exchange)));
}

async function differenceIn(exchange: ImportedExchange): Promise<string | undefined> {
  if (exchange.t !== 'openai') return undefined;
  const { difference } = await replayExchange(exchange);
  return difference === undefined ? undefined : `the provider reads it otherwise: ${difference}`;
}
