import { HarnessError } from '#harness';
import type { CallExchange, CallRecording } from '../../format/call-recording.ts';
import type { ModelName } from '../../format/header.ts';
import type { HttpCall } from '../../format/http-call.ts';
import { placeName, placeOf } from '../../format/recording.ts';
import {
  type AnyTape,
  layOut,
  type TapedExchange,
  type TapedModel,
  type TapedTool,
} from '../tape.ts';

type LineOf<Tag extends CallExchange['t']> = Extract<CallExchange, { t: Tag }>;
export type CallLine = LineOf<'model' | 'tool' | 'http'>;

/** A recording of calls, laid out by lanes. */
export interface CallTape extends AnyTape {
  /** The model calls of a lane, in order. */
  readonly modelsIn: (lane: string) => readonly TapedModel[];
  readonly toolsIn: (lane: string) => readonly TapedTool[];
  /** The requests over HTTP of a lane, in order. */
  readonly httpIn: (lane: string) => readonly HttpCall[];
  /** Who answered a model call. */
  readonly modelOf: (exchange: TapedModel) => ModelName | undefined;
  /** The line as it stands in the file, with what only recordings of calls know. */
  readonly lineOf: (exchange: TapedExchange) => CallLine | undefined;
}

const replayable: ReadonlySet<string> = new Set(['call', 'wire']);

/** @throws CallsNotReplayableError for what holds no calls of models and tools. */
export function layOutCalls(recording: CallRecording): CallTape {
  const { header } = recording;
  const lines = recording.exchanges.filter(isCall);
  if (!replayable.has(header.fidelity) || lines.length < recording.exchanges.length) {
    throw new CallsNotReplayableError(header.name, header.fidelity);
  }
  const tape = layOut({ ...recording, exchanges: lines });
  const byPlace = new Map(lines.map((line) => [placeName(placeOf(line)), line]));
  const models = Map.groupBy(tape.exchanges.filter(isModel), ({ lane }) => lane);
  const tools = Map.groupBy(tape.exchanges.filter(isTool), ({ lane }) => lane);
  const http = Map.groupBy(tape.exchanges.filter(isHttp), ({ lane }) => lane);
  return {
    ...tape,
    modelsIn: (lane) => models.get(lane) ?? [],
    toolsIn: (lane) => tools.get(lane) ?? [],
    httpIn: (lane) => http.get(lane) ?? [],
    modelOf: ({ model }) => model ?? ('model' in header ? header.model : undefined),
    lineOf: (exchange) => byPlace.get(placeName(placeOf(exchange))),
  };
}

function isCall(line: CallExchange): line is CallLine {
  return line.t === 'model' || line.t === 'tool' || line.t === 'http';
}

export function isModel(exchange: TapedExchange): exchange is TapedModel {
  return exchange.t === 'model';
}

function isTool(exchange: TapedExchange): exchange is TapedTool {
  return exchange.t === 'tool';
}

export function isHttp(exchange: TapedExchange): exchange is HttpCall {
  return exchange.t === 'http';
}

/** A recording holds answers of a provider's API, which no model of the AI SDK can give by itself. */
class CallsNotReplayableError extends HarnessError {
  constructor(name: string, fidelity: string) {
    super({
      code: 'CALLS_NOT_REPLAYABLE',
      message: `${name} (fidelity ${fidelity}) holds what a provider's API said, and not what a model was asked and answered.`,
      hint: 'Drive its answers through a provider: npx groundhog replay FILE --provider openai.',
    });
  }
}
