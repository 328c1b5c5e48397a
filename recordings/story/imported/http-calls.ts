import type { HttpCall, WireAnswer } from '../../format/http-call.ts';
import { asJson } from '../../format/json.ts';
import type { ModelFailure } from '../../format/model-failure.ts';
import { httpExchange } from '../../replayer/tape.ts';
import { openAiCall } from '../../wire/openai-api.ts';
import type { ToldExchange } from '../build-steps.ts';
import type { createCallTeller } from './imported-calls.ts';

/** Tells a request over HTTP: what goes to a model as its turn, all else as a call of what it goes to. */
export function tellHttp(
  http: HttpCall,
  tell: ReturnType<typeof createCallTeller>['tell'],
): ToldExchange {
  const { lane, n, request, answer } = http;
  const call = openAiCall(http);
  const error = failureOf(answer);
  if (call === undefined) {
    return {
      t: 'tool',
      lane,
      n,
      call: `${lane}#${n}`,
      tool: httpExchange(request),
      input: asJson(request.body ?? null),
      outcome:
        error === undefined
          ? { kind: 'completed', output: asJson(answer) }
          : { kind: 'failed', error: { code: error.code, message: error.message } },
    };
  }
  const told = tell({ t: 'openai', lane, n, ...call });
  return error === undefined ? told : { ...told, answer: { ...told.answer, error } };
}

/** How a request failed, or stopped before its end. */
function failureOf({ end }: WireAnswer): ModelFailure | undefined {
  if (end === undefined) return undefined;
  if (end.kind === 'given-up') {
    return { code: 'GIVEN_UP', message: 'Whoever asked gave it up.', retryable: false };
  }
  const { code, message } = end.error.cause ?? end.error;
  return { code: code ?? end.error.name, message, retryable: true };
}
