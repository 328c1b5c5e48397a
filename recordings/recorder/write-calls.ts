import { z } from 'zod';
import type { Json } from '#harness';
import manifest from '../../package.json' with { type: 'json' };
import { rootLane } from '../calls/lane.ts';
import { type Aliases, createAliases } from '../format/aliases.ts';
import {
  type CallExchange,
  type CallRecording,
  callExchangeSchemas,
} from '../format/call-recording.ts';
import { callHeaderSchema, formatVersion } from '../format/header.ts';
import { asJson } from '../format/json.ts';
import type { ModelFailure } from '../format/model-failure.ts';
import { createRequestPacker, type RequestPacker } from '../format/model-request.ts';
import { placeName } from '../format/recording.ts';
import { createRecordingRedaction, type RecordingRedaction } from '../format/redaction.ts';
import { foldParts } from '../format/stream-part.ts';
import { UnrecordableError } from '../format/unrecordable-error.ts';
import type { CallLog, LaneLog, LoggedModel, LoggedTool, ModelName } from './call-log.ts';
import { inEvenPieces } from './even-pieces.ts';
import type { ObservedAnswer } from './observe-model.ts';
import { failureOf } from './record-session-model.ts';
import { RecordingIncompleteError } from './recording-incomplete-error.ts';

export type Pieces = 'even' | 'kept';

interface Writing {
  readonly name: string;
  readonly pieces: Pieces;
  /** Who answers where a line says nothing else. */
  readonly model: ModelName | undefined;
  readonly aliases: Aliases;
  readonly packer: RequestPacker;
  readonly redaction: RecordingRedaction;
}

/** Makes a recording of what was called, whatever order chance gave it. */
export function writeCalls(
  log: CallLog,
  {
    name,
    made,
    pieces,
  }: { readonly name: string; readonly made: string | undefined; readonly pieces: Pieces },
): CallRecording {
  const fault = log.fault();
  if (fault !== undefined) throw fault;
  const { state } = log.lanes.root;
  const model = firstModel(state);
  const writing: Writing = {
    name,
    pieces,
    model,
    aliases: createAliases(),
    packer: createRequestPacker([]),
    redaction: createRecordingRedaction(),
  };
  const exchanges = writeLane(rootLane, state, writing);
  return {
    header: callHeaderSchema.parse({
      t: 'recording',
      v: formatVersion,
      fidelity: 'call',
      name,
      made: made ?? `live:${model?.modelId ?? 'no model'}`,
      ...(model === undefined ? {} : { model }),
      toolchain: { ai: manifest.dependencies.ai, groundhog: manifest.version },
    }),
    definitions: writing.packer.definitions(),
    exchanges,
    editedLines: [],
  };
}

/** Whoever answers most likely answers from the start. */
function firstModel({ models, named }: LaneLog): ModelName | undefined {
  const [first] = models.filter(({ answer }) => answer !== 'given-up');
  if (first !== undefined) return first.model;
  return [...named.values()].map(firstModel).find((model) => model !== undefined);
}

/**
 * Everything of a lane: its model calls as they began, each followed by the tools it asked for in the order in which it did;
 * what a tool called stands before what came of it.
 */
function writeLane(lane: string, log: LaneLog, writing: Writing): readonly CallExchange[] {
  const written: CallExchange[] = [];
  let n = 0;
  const turns = turnsOf(log);
  for (const { model, tools } of turns) {
    if (model !== undefined) written.push(writeModel({ lane, n: n++ }, model, writing));
    const times = new Map<string, number>();
    for (const tool of tools) {
      const { aliases } = writing;
      const call = aliases.of('call', tool.callId);
      const time = (times.get(call) ?? 0) + 1;
      times.set(call, time);
      const within = `${lane}/${call}${time === 1 ? '' : `~${time}`}`;
      written.push(...writeLane(within, tool.within, writing));
      written.push(writeTool({ lane, n: n++ }, tool, { ...writing, call }));
    }
  }
  const named = [...log.named].toSorted(([left], [right]) => (left < right ? -1 : 1));
  for (const [name, inner] of named) written.push(...writeLane(`${lane}:${name}`, inner, writing));
  return written;
}

interface Turn {
  /** Missing for tools that no model asked for. */
  readonly model: LoggedModel | undefined;
  readonly tools: readonly LoggedTool[];
}

function turnsOf({ models, tools }: LaneLog): readonly Turn[] {
  const calls = models.map(({ answer }) => callsIn(answer));
  const kept = tools.filter(({ outcome }) => outcome !== 'given-up');
  const placed = kept.map((tool) => {
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
    { model: undefined, tools: of(-1) },
    ...models.map((model, index) => ({
      model: model.answer === 'given-up' ? undefined : model,
      tools: of(index),
    })),
  ];
}

/** Of two that stand nowhere, neither comes first. */
const compare = (left: number, right: number): number => (left === right ? 0 : left - right);

function callsIn(answer: LoggedModel['answer']): readonly string[] {
  if (answer === undefined || answer === 'given-up') return [];
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
  if (answer === undefined || answer === 'given-up') throw incomplete(place, writing);
  const { aliases, packer, redaction } = writing;
  const said = (value: Json): Json => redaction.said(aliases.in(value));
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
      messages: request.messages.map(said),
    }),
    answer: writeAnswer(answer, writing),
  });
}

function writeAnswer(
  { parts, thrown, structuredOutputText }: ObservedAnswer,
  { aliases, redaction, pieces }: Writing,
): unknown {
  const structured = structuredOutputText === undefined ? {} : { structuredOutputText };
  const folded = foldParts(parts, callFailureOf)
    .map((part) => asJson(part))
    .map((part) => redaction.part(aliases.inPart(part)));
  return {
    parts: (pieces === 'kept' ? folded : folded.flatMap(inEvenPieces)).map((part) =>
      isFinish(part) ? { ...part, ...structured } : part,
    ),
    ...(thrown === undefined ? {} : { error: redaction.said(asJson(callFailureOf(thrown.error))) }),
  };
}

function isFinish(part: Json): part is { [key: string]: Json } {
  const isObject = typeof part === 'object' && part !== null && !Array.isArray(part);
  return isObject && part['type'] === 'finish';
}

/** An agent may repeat to a model what an error says: it is kept to the letter. */
function callFailureOf(error: unknown): ModelFailure {
  const failure = failureOf(error);
  return error instanceof Error ? { ...failure, message: error.message } : failure;
}

function writeTool(
  place: Place,
  { tool, effect, input, outcome }: LoggedTool,
  writing: Writing & { readonly call: string },
): CallExchange {
  if (outcome === undefined || outcome === 'given-up') throw incomplete(place, writing);
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
