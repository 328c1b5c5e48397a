import type { CallExchange, CallRecording } from '../format/call-recording.ts';
import type { CallHeader } from '../format/header.ts';
import { FidelityTooLowError } from './fidelity-too-low-error.ts';
import type { AnswerContent } from './openai/answer-content.ts';
import { type ReplayedExchange, replayExchange } from './openai/replay-exchange.ts';
import { replayHttpCall } from './openai/replay-http-call.ts';

/** What the provider made of the answers of a recording. */
export interface ProviderReplay {
  readonly recording: string;
  readonly fidelity: CallHeader['fidelity'];
  readonly exchanges: number;
  /** In the order of the recording. */
  readonly answers: readonly AnswerContent[];
  /** Answers that the provider read otherwise than they were recorded, each by its place. */
  readonly differences: readonly string[];
}

const replayable: ReadonlySet<string> = new Set(['wire', 'call']);

/**
 * Drives the answers of a provider's API that a recording holds through the provider of the AI SDK, which talks to the recording
 * instead of the network. What it holds of other traffic is passed over.
 * @throws FidelityTooLowError for a recording that does not hold both requests and answers.
 */
export async function replayImported(recording: CallRecording): Promise<ProviderReplay> {
  const { name, fidelity, losses = [] } = recording.header;
  if (!replayable.has(fidelity)) throw new FidelityTooLowError({ name, fidelity, losses });
  return driveImported(recording);
}

/** As `replayImported`, for as many answers as there are, whether or not their requests are known. */
export async function driveImported({
  header: { name, fidelity },
  exchanges,
}: CallRecording): Promise<ProviderReplay> {
  const answers: AnswerContent[] = [];
  const differences: string[] = [];
  for (const exchange of exchanges) {
    const replayed = await replayedOf(exchange);
    if (replayed === undefined) continue;
    const { answer, difference } = replayed;
    answers.push(answer);
    if (difference !== undefined) differences.push(`${exchange.lane}#${exchange.n} ${difference}`);
  }
  return { recording: name, fidelity, exchanges: exchanges.length, answers, differences };
}

/** Undefined for what no provider has answered. */
async function replayedOf(exchange: CallExchange): Promise<ReplayedExchange | undefined> {
  if (exchange.t === 'openai') return replayExchange(exchange);
  return exchange.t === 'http' ? replayHttpCall(exchange) : undefined;
}
