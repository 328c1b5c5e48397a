import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import type { ExchangePlace, Json } from '#harness';
import type { ModelName } from '../../format/header.ts';
import type { HttpCall, WireRequest } from '../../format/http-call.ts';
import { type Difference, firstDifference } from '../../format/json.ts';
import { type ModelRequest, requestOf } from '../../format/model-request.ts';
import { placeName, placeOf } from '../../format/recording.ts';
import { withoutSecrets } from '../../format/redaction.ts';
import { asksTheSame } from '../../format/same-request.ts';
import { compareHttp } from '../../wire/replay/compare-http.ts';
import { compareRequest } from '../compare-request.ts';
import type { Divergence, ExchangeReference } from '../divergence.ts';
import type { Latch } from '../latch.ts';
import type { DriftLedger } from '../policy/drift-ledger.ts';
import {
  httpExchange,
  lineAt,
  modelExchange,
  referenceTo,
  type TapedExchange,
  type TapedModel,
  type TapedTool,
  toolExchange,
} from '../tape.ts';
import type { CallTape } from './call-tape.ts';

/** A call of a tool, as a replay is asked for it. */
export interface AskedTool {
  readonly lane: string;
  readonly tool: string;
  readonly input: Json;
}

/** A call of a model, as a replay is asked for it. */
export interface AskedModel {
  readonly lane: string;
  readonly options: LanguageModelV4CallOptions;
  /** Who is asked, where anybody knows. */
  readonly model: ModelName | undefined;
}

/** A request over HTTP, as a replay is asked for it. */
export interface AskedHttp {
  readonly lane: string;
  readonly request: WireRequest;
}

/** Finds what a recording of calls answers, or diverges. */
export interface CallMatcher {
  /** The answer to the n-th model call of a lane, counted from 0. */
  readonly model: (asked: AskedModel, n: number) => TapedModel;
  /** The answer to the n-th request over HTTP of a lane, counted from 0. */
  readonly http: (asked: AskedHttp, n: number) => HttpCall;
  /** Diverges where a run reads on in an answer that was given up when it was recorded. */
  readonly readsOn: (recorded: TapedExchange) => never;
  /** What came of a call that the recorded model made; of a call it made more than once, by the time. */
  readonly tool: (asked: AskedTool, callId: string, time: number) => TapedTool;
  /** What came of a call that asked the same, whoever made it: each call answers one. */
  readonly anyTool: (asked: AskedTool) => TapedTool;
  /** Whether a tool that ran came to what is recorded: false only where another outcome is accepted, otherwise it diverges. */
  readonly outcome: (recorded: TapedTool, outcome: Json) => boolean;
  readonly isAsked: (exchange: TapedExchange) => boolean;
}

export interface MatcherParts {
  readonly tape: CallTape;
  readonly latch: Latch;
  readonly ledger: DriftLedger;
}

type Finding = Pick<Divergence, 'class' | 'difference' | 'cause' | 'note'> & {
  readonly equal?: readonly string[];
};

export function createCallMatcher({ tape, latch, ledger }: MatcherParts): CallMatcher {
  const asked = new Set<string>();
  const isAsked = (exchange: TapedExchange): boolean => asked.has(placeName(placeOf(exchange)));
  const take = <Taken extends TapedExchange>(exchange: Taken): Taken => {
    asked.add(placeName(placeOf(exchange)));
    return exchange;
  };
  const diverge = (at: ExchangeReference, { equal = [], ...finding }: Finding): never => {
    const next = tape.after(at.place);
    const expired = ledger.expired(finding.class);
    return latch.diverge({
      ...finding,
      recording: tape.recording.header.name,
      calls: true,
      line: lineAt(tape, at.place),
      definitions: [],
      at,
      equal,
      ...(next === undefined ? {} : { next: referenceTo(next) }),
      ...(expired === undefined ? {} : { expired }),
      edited: tape.edited,
    });
  };
  const differ = (at: ExchangeReference, finding: Finding): void => {
    const { equal: _, ...drift } = finding;
    if (!ledger.accepts({ ...drift, at, line: lineAt(tape, at.place) })) diverge(at, finding);
  };
  const extra = (lane: string, exchange: string, note: string): never =>
    diverge({ exchange, place: behind(tape, lane) }, { class: 'EXTRA_CALL', note });
  const decided: Decided = { isAsked, take, diverge, differ, extra };
  return {
    isAsked,
    ...httpIn(tape, latch, decided),
    ...toolsIn(tape, latch, decided),
    model: ({ lane, options, model }, n) => {
      latch.check();
      const found = tape.modelsIn(lane)[n];
      if (found === undefined) {
        return extra(lane, modelExchange, `The recording holds ${n} model calls of ${lane}.`);
      }
      take(found);
      const findings = [
        ...otherModel(tape, found, model),
        ...findDifferences(found, options, tape),
      ];
      for (const finding of findings) differ(referenceTo(found), finding);
      return found;
    },
  };
}

/** What is done about what was found, or was not. */
interface Decided {
  readonly isAsked: (exchange: TapedExchange) => boolean;
  readonly take: <Taken extends TapedExchange>(exchange: Taken) => Taken;
  readonly diverge: (at: ExchangeReference, finding: Finding) => never;
  /** Diverges, unless its class is accepted. */
  readonly differ: (at: ExchangeReference, finding: Finding) => void;
  readonly extra: (lane: string, exchange: string, note: string) => never;
}

function toolsIn(
  tape: CallTape,
  latch: Latch,
  { isAsked, take, differ, extra }: Decided,
): Pick<CallMatcher, 'tool' | 'anyTool' | 'outcome'> {
  const compareInput = (found: TapedTool, { tool, input }: AskedTool): void => {
    const difference = differenceOf('input', found.input, input);
    const at = { exchange: toolExchange({ tool, input }), place: placeOf(found) };
    if (difference !== undefined) differ(at, { class: 'TOOL_INPUT', difference });
  };
  return {
    tool: (call, callId, time) => {
      latch.check();
      const found = tape.toolsIn(call.lane).filter((each) => each.call === callId)[time];
      if (found?.tool === call.tool) {
        compareInput(found, call);
        return take(found);
      }
      const held =
        found === undefined ? 'It holds no such call.' : `It holds ${referenceTo(found).exchange}.`;
      return extra(call.lane, toolExchange(call), held);
    },
    anyTool: (call) => {
      latch.check();
      const open = tape
        .toolsIn(call.lane)
        .filter((each) => each.tool === call.tool && !isAsked(each));
      const same = open.find(({ input }) => differenceOf('input', input, call.input) === undefined);
      if (same !== undefined) return take(same);
      const [first] = open;
      if (first !== undefined) {
        compareInput(first, call);
        return take(first);
      }
      return extra(call.lane, toolExchange(call), 'It holds no such call that is still open.');
    },
    outcome: (recorded, outcome) => {
      const difference = differenceOf('outcome', recorded.outcome, outcome);
      if (difference !== undefined) {
        differ(referenceTo(recorded), { class: 'TOOL_RESULT', difference });
      }
      return difference === undefined;
    },
  };
}

function httpIn(
  tape: CallTape,
  latch: Latch,
  { take, diverge, differ, extra }: Decided,
): Pick<CallMatcher, 'http' | 'readsOn'> {
  return {
    http: ({ lane, request }, n) => {
      latch.check();
      const found = tape.httpIn(lane)[n];
      if (found === undefined) {
        const note = `The recording holds ${n} requests over HTTP of ${lane}.`;
        return extra(lane, httpExchange(request), note);
      }
      take(found);
      const { found: findings, equal } = compareHttp(found.request, request);
      for (const finding of findings) differ(referenceTo(found), { ...finding, equal });
      return found;
    },
    readsOn: (recorded) => {
      const note = 'Who asked when it was recorded gave it up there; the run waits for more of it.';
      return diverge(referenceTo(recorded), { class: 'EXTRA_CALL', note });
    },
  };
}

/** The place behind everything that a lane holds. */
function behind({ exchanges }: CallTape, lane: string): ExchangePlace {
  return { lane, ordinal: exchanges.filter((each) => each.lane === lane).length };
}

function otherModel(
  tape: CallTape,
  found: TapedModel,
  model: ModelName | undefined,
): readonly Finding[] {
  const recorded = tape.modelOf(found);
  if (recorded === undefined || model === undefined) return [];
  if (recorded.provider === model.provider && recorded.modelId === model.modelId) return [];
  const difference = firstDifference('model', { ...recorded }, { ...model });
  return difference === undefined ? [] : [{ class: 'MODEL', difference }];
}

/** All that a request differs in, and where that comes from; nothing when it is only what recordings do not hold. */
function findDifferences(
  { request }: TapedModel,
  options: LanguageModelV4CallOptions,
  tape: CallTape,
): readonly Finding[] {
  if (asksTheSame(request, options)) return [];
  const recorded = withoutSecretsIn(request);
  const asked = withoutSecretsIn(requestOf(options));
  const { found, equal } = compareRequest(recorded, asked, tape);
  return found.map((each) => ({ ...each, equal }));
}

function withoutSecretsIn({ system, tools, settings, messages }: ModelRequest): ModelRequest {
  return {
    system: system.map(withoutSecrets).map(String),
    tools: tools.map(withoutSecrets),
    settings: Object.fromEntries(
      Object.entries(settings).map(([name, value]) => [name, withoutSecrets(value)]),
    ),
    messages: messages.map(withoutSecrets),
  };
}

function differenceOf(subject: string, recorded: Json, asked: Json): Difference | undefined {
  return firstDifference(subject, withoutSecrets(recorded), withoutSecrets(asked));
}
