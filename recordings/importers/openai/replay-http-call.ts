import type { HttpCall } from '../../format/http-call.ts';
import { openAiCall } from '../../wire/openai-api.ts';
import { type Asker, restoreReply } from '../../wire/replay/restore-reply.ts';
import { failure } from './answer-content.ts';
import { driveProvider } from './drive-provider.ts';
import { type ReplayedExchange, replayExchange } from './replay-exchange.ts';

const nobody: Asker = { signal: undefined, waits: () => ({ over: () => undefined }) };

/** As `replayExchange`, for a call that was recorded here: as it came, in its pieces. Undefined for one of no model. */
export async function replayHttpCall(http: HttpCall): Promise<ReplayedExchange | undefined> {
  const call = openAiCall(http);
  if (call === undefined) return undefined;
  const { end } = http.answer;
  // Nobody is here to give it up again.
  if (end?.kind === 'given-up') return { answer: failure() };
  const respond = (): Promise<Response> => restoreReply(http.answer, nobody);
  if (end === undefined) return replayExchange(call, respond);
  const { answer } = await driveProvider(call, respond);
  if (answer.finishReason === 'error') return { answer };
  return { answer, difference: 'its connection failed, and it was taken for whole' };
}
