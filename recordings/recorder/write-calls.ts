import { z } from 'zod';
import type { Json } from '#harness';
import manifest from '../../package.json' with { type: 'json' };
import { callFailureOf } from '../calls/call-failure.ts';
import { modelGivenUp } from '../calls/given-up.ts';
import { rootLane } from '../calls/lane.ts';
import { type Aliases, createAliases } from '../format/aliases.ts';
import {
  type CallExchange,
  type CallRecording,
  callExchangeSchemas,
} from '../format/call-recording.ts';
import {
  type CallHeader,
  callHeaderSchema,
  formatVersion,
  type ModelName,
  wireHeaderSchema,
} from '../format/header.ts';
import { asJson } from '../format/json.ts';
import { createRequestPacker, type RequestPacker } from '../format/model-request.ts';
import { placeName } from '../format/recording.ts';
import { createRecordingRedaction, type RecordingRedaction } from '../format/redaction.ts';
import { foldParts } from '../format/stream-part.ts';
import { UnrecordableError } from '../format/unrecordable-error.ts';
import type { Timekeeper } from '../timing/timekeeper.ts';
import { openAiModel } from '../wire/openai-api.ts';
import { type Chunks, createHttpWriter, type HttpWriter } from '../wire/record/write-http.ts';
import type { CallLog, LaneLog, LoggedHttp, LoggedModel, LoggedTool } from './call-log.ts';
import { inEvenPieces } from './even-pieces.ts';
import { keepCallTime, type Logged } from './keep-call-time.ts';
import type { ObservedAnswer } from './observe-model.ts';
import { RecordingIncompleteError } from './recording-incomplete-error.ts';

export type Pieces = 'even' | 'kept';

/** How much of what is chance is kept. */
export interface WritingOptions {
  readonly name: string;
  readonly made: string | undefined;
  readonly pieces: Pieces;
  readonly chunks: Chunks;
  /** Keeps how long calls took, where that was measured. */
  readonly timekeeper: Timekeeper | undefined;
}

interface Writing extends Pick<WritingOptions, 'name' | 'pieces' | 'timekeeper'> {
  /** Who answers where a line says nothing else. */
  readonly model: ModelName | undefined;
  readonly aliases: Aliases;
  /** What was asked, as it is written. */
  readonly said: (value: Json) => Json;
  readonly packer: RequestPacker;
  readonly redaction: RecordingRedaction;
  readonly http: HttpWriter;
}

/** Makes a recording of what was called, whatever order chance gave it. */
export function writeCalls(log: CallLog, options: WritingOptions): CallRecording {
  const fault = log.fault();
  if (fault !== undefined) throw fault;
  const { state } = log.lanes.root;
  const { name, pieces, chunks, timekeeper } = options;
  // An answer that is kept as it came names its calls as it did.
  const aliases = chunks === 'kept' ? keptIds : createAliases();
  const redaction = createRecordingRedaction();
  const said = (value: Json): Json => redaction.said(aliases.in(value));
  const writing: Writing = {
    name,
    pieces,
    timekeeper,
    model: firstModel(state),
    aliases,
    said,
    packer: createRequestPacker([], { say: said }),
    redaction,
    http: createHttpWriter({ aliases, redaction, chunks }),
  };
  const exchanges = writeLane(rootLane, state, writing);
  return {
    header: headerOf(exchanges, writing.model, options),
    definitions: writing.packer.takeDefinitions(),
    exchanges,
    editedLines: [],
  };
}

const keptIds: Aliases = { of: (_, id) => id, in: (value) => value, inPart: (part) => part };

/** What holds requests over HTTP and nothing else is a recording of the wire. */
function headerOf(
  exchanges: readonly CallExchange[],
  model: ModelName | undefined,
  { name, made }: WritingOptions,
): CallHeader {
  const start = { t: 'recording', v: formatVersion };
  const toolchain = { ai: manifest.dependencies.ai, groundhog: manifest.version };
  const calls = exchanges.filter((each) => each.t === 'http');
  const [first] = calls;
  if (first !== undefined && calls.length === exchanges.length) {
    const asked = calls.map(openAiModel).find((each) => each !== undefined);
    const who = made ?? `live:${asked ?? first.request.host}`;
    return wireHeaderSchema.parse({ ...start, fidelity: 'wire', name, made: who, toolchain });
  }
  return callHeaderSchema.parse({
    ...start,
    fidelity: 'call',
    name,
    made: made ?? `live:${model?.modelId ?? 'no model'}`,
    ...(model === undefined ? {} : { model }),
    toolchain,
  });
}

/** Whoever answers most likely answers from the start. */
function firstModel({ turns, named }: LaneLog): ModelName | undefined {
  const first = turns.find((turn) => turn.t === 'model');
  if (first?.t === 'model') return first.model;
  return [...named.values()].map(firstModel).find((model) => model !== undefined);
}

/**
 * Everything of a lane: its model calls and requests over HTTP as they began, each followed by the tools it asked for in the order in which it did;
 * what a tool called stands before what came of it.
 */
function writeLane(lane: string, log: LaneLog, writing: Writing): readonly CallExchange[] {
  const written: CallExchange[] = [];
  let n = 0;
  const add = (line: CallExchange, logged: Logged): void => {
    written.push(line);
    keepCallTime(writing.timekeeper, line, logged);
  };
  for (const { asked, tools } of turnsOf(log)) {
    if (asked?.t === 'model') add(writeModel({ lane, n: n++ }, asked, writing), asked);
    if (asked?.t === 'http') add(writeHttp({ lane, n: n++ }, asked, writing), asked);
    const times = new Map<string, number>();
    for (const tool of tools) {
      const { aliases } = writing;
      const call = aliases.of('call', tool.callId);
      const time = (times.get(call) ?? 0) + 1;
      times.set(call, time);
      const within = `${lane}/${call}${time === 1 ? '' : `~${time}`}`;
      written.push(...writeLane(within, tool.within, writing));
      add(writeTool({ lane, n: n++ }, tool, { ...writing, call }), tool);
    }
  }
  const named = [...log.named].toSorted(([left], [right]) => (left < right ? -1 : 1));
  for (const [name, inner] of named) written.push(...writeLane(`${lane}:${name}`, inner, writing));
  return written;
}

interface Turn {
  /** Missing for tools that no model asked for. */
  readonly asked: LoggedModel | LoggedHttp | undefined;
  readonly tools: readonly LoggedTool[];
}

function turnsOf({ turns, tools }: LaneLog): readonly Turn[] {
  const calls = turns.map((turn) => (turn.t === 'model' ? callsIn(turn.answer) : []));
  const placed = tools.map((tool) => {
    const asked = calls.slice(0, tool.after).findLastIndex((ids) => ids.includes(tool.callId));
    const turn = asked === -1 ? tool.after - 1 : asked;
    const position = calls[turn]?.indexOf(tool.callId) ?? -1;
    return { tool, turn, position: position === -1 ? Number.POSITIVE_INFINITY : position };
  });
  const of = (turn: number): readonly LoggedTool[] =>
    placed
      .filter((each) => each.turn === turn)
      .toSorted((left, right) => compare(left.position, right.position))
      .map(({ tool }) => tool);
  return [
    { asked: undefined, tools: of(-1) },
    ...turns.map((turn, index) => ({
      asked: turn,
      tools: of(index),
    })),
  ];
}

/** Of two that stand nowhere, neither comes first. */
const compare = (left: number, right: number): number => (left === right ? 0 : left - right);

function callsIn(answer: LoggedModel['answer']): readonly string[] {
  if (answer === undefined) return [];
  return answer.parts.flatMap((part) => (part.type === 'tool-call' ? [part.toolCallId] : []));
}

interface Place {
  readonly lane: string;
  readonly n: number;
}

function writeModel(
  place: Place,
  { model, request, answer }: LoggedModel,
  writing: Writing,
): CallExchange {
  if (answer === undefined) throw incomplete(place, writing);
  const { said, packer, redaction } = writing;
  const isOther =
    model.provider !== writing.model?.provider || model.modelId !== writing.model.modelId;
  return lineOf(place, {
    t: 'model',
    ...(isOther ? { model } : {}),
    request: packer.pack(place.lane, {
      system: request.system.map(redaction.text),
      tools: request.tools.map(redaction.said),
      settings: Object.fromEntries(
        Object.entries(request.settings).map(([key, value]) => [key, said(value)]),
      ),
      messages: request.messages,
    }),
    answer: writeAnswer(answer, writing),
  });
}

function writeHttp(place: Place, logged: LoggedHttp, writing: Writing): CallExchange {
  const written = writing.http(logged);
  if (written === undefined) throw incomplete(place, writing);
  return lineOf(place, { t: 'http', ...written });
}

function writeAnswer(
  { parts, thrown, structuredOutputText, isGivenUp }: ObservedAnswer,
  { aliases, redaction, pieces }: Writing,
): unknown {
  const structured = structuredOutputText === undefined ? {} : { structuredOutputText };
  const folded = foldParts(parts, callFailureOf)
    .map((part) => asJson(part))
    .map((part) => redaction.part(aliases.inPart(part)));
  // Where in it an answer was given up may depend on its pieces.
  const isAsItCame = pieces === 'kept' || isGivenUp === true;
  const failure = isGivenUp === true ? modelGivenUp : thrown && callFailureOf(thrown.error);
  return {
    parts: (isAsItCame ? folded : folded.flatMap(inEvenPieces)).map((part) =>
      isFinish(part) ? { ...part, ...structured } : part,
    ),
    ...(failure === undefined ? {} : { error: redaction.said(asJson(failure)) }),
  };
}

function isFinish(part: Json): part is { [key: string]: Json } {
  const isObject = typeof part === 'object' && part !== null && !Array.isArray(part);
  return isObject && part['type'] === 'finish';
}

function writeTool(
  place: Place,
  { tool, effect, input, outcome }: LoggedTool,
  writing: Writing & { readonly call: string },
): CallExchange {
  if (outcome === undefined) throw incomplete(place, writing);
  const { redaction, call } = writing;
  const { shown, ...rest } = outcome;
  return lineOf(place, {
    t: 'tool',
    call,
    tool,
    ...(effect === undefined ? {} : { effect }),
    input: redaction.said(input),
    outcome: redaction.said(asJson(rest)),
    ...(shown === undefined ? {} : { shown: shown.map(redaction.said) }),
  });
}

function incomplete({ lane, n }: Place, { name }: Writing): RecordingIncompleteError {
  return new RecordingIncompleteError(name, { lane, ordinal: n });
}

function lineOf({ lane, n }: Place, exchange: Readonly<Record<string, unknown>>): CallExchange {
  const parsed = callExchangeSchemas.call.safeParse({ ...exchange, lane, n });
  if (parsed.success) return parsed.data;
  const reason = z.prettifyError(parsed.error).replaceAll(/\s+/g, ' ');
  throw new UnrecordableError(placeName({ lane, ordinal: n }), reason);
}
