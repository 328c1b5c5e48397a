import type { LanguageModelV4, LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { createWaiting } from '../../calls/given-up.ts';
import { createLanes } from '../../calls/lane.ts';
import { asWhole, createWhole } from '../../calls/whole.ts';
import { type AnyTools, wrapTools } from '../../calls/wrap-tools.ts';
import type { CallRecording } from '../../format/call-recording.ts';
import type { ModelName } from '../../format/header.ts';
import type { HttpInterception } from '../../wire/intercept-http.ts';
import { openAiApi } from '../../wire/openai-api.ts';
import type { Fetch } from '../../wire/record/record-fetch.ts';
import { replayFetch } from '../../wire/replay/replay-fetch.ts';
import { type ReplayHttpOptions, replayHttp } from '../../wire/replay/replay-http.ts';
import type { Divergence } from '../divergence.ts';
import { createLatch } from '../latch.ts';
import { createDriftLedger } from '../policy/drift-ledger.ts';
import { type DatedPolicy, strict } from '../policy/drift-policy.ts';
import type { TapedExchange, TapedModel } from '../tape.ts';
import { createCallMatcher } from './call-matcher.ts';
import {
  type AnsweredCalls,
  type CallReplayReport,
  endDivergence,
  openOf,
  reportOf,
} from './call-report.ts';
import { layOutCalls } from './call-tape.ts';
import { createHttpAnswers } from './http-answers.ts';
import { type Pace, recordedPace } from './recorded-pace.ts';
import {
  type LaidAnswer,
  layAnswer,
  type ReplayedModel,
  replayCallModel,
} from './replay-call-model.ts';
import { createToolAnswers, type LanePosition, type NamedCall } from './tool-answers.ts';
import { ToolNotReplayableError } from './tool-not-replayable-error.ts';

/** Who answers: the recording, or whoever answers live. */
export type Answers = 'recorded' | 'live';

export interface CallReplayOptions {
  /**
   * `recorded`, the default: no tool runs, what it answered is answered. `live`: each runs, and must come to the same. By
   * name for some of them: `{ research: 'live' }` lets the one run in which an agent is asked, and so that agent is replayed.
   */
  readonly tools?: Answers | Readonly<Record<string, Answers>>;
  /** `live`: the models themselves answer, and are compared with nothing. `recorded` by default. */
  readonly model?: Answers;
  /** What is accepted although it is not as recorded; nothing by default. */
  readonly drift?: DatedPolicy;
  /**
   * Pieces of streams come, and other answers are there, as long after the call as when they were recorded: for whoever tests
   * what people see meanwhile. By default everything is there at once.
   */
  readonly pace?: Pace;
}

/** How a replay is reached from where neither models nor tools are wrapped. */
export interface ReplaySeam {
  readonly answer: (options: LanguageModelV4CallOptions, model?: ModelName) => LaidAnswer;
  /** Lets a tool run that nothing can stand in for, or refuses to. */
  readonly tool: <Result>(call: NamedCall, run: () => Result) => Result;
}

/** A recording of calls, standing in for models and tools. */
export interface CallReplay {
  readonly recording: CallRecording;
  /** What `attachReplay` answers through. */
  readonly seam: ReplaySeam;
  /** The model to be given to the agent. With the one it has today, who is asked is compared too, and nobody is asked. */
  readonly model: (model?: LanguageModelV4) => LanguageModelV4;
  /** The tools to be given to the agent. */
  readonly tools: <Tools extends AnyTools>(tools: Tools) => Tools;
  /** What answers in place of the network those who take a `fetch`, such as `createOpenAI({ fetch: replay.fetch })`. */
  readonly fetch: Fetch;
  /** Answers everything else that this process asks for over HTTP, until it is closed: as `recordHttp` recorded it. */
  readonly http: (options?: ReplayHttpOptions) => Promise<HttpInterception>;
  /** As `lane` of the recorder: what was recorded in a lane is found in it. */
  readonly lane: <Result>(name: string, work: () => Result) => Result;
  /** The first divergence so far. */
  readonly divergence: () => Divergence | undefined;
  /**
   * What the replay came to.
   * @throws ReplayDivergedError, whatever agent and SDK have made of it before; for calls that nobody asked for, too.
   */
  readonly finish: () => CallReplayReport;
}

/**
 * Opens a recording of calls. Matching is strict: a call is answered by what its lane holds at its place, if what it asks is
 * equal part by part. The first divergence is kept outside every call stack, and every later call fails with the same
 * ReplayDivergedError.
 * @throws CallsNotReplayableError; TimingStaleError for a pace that is another recording's.
 */
export function openCallReplay(
  recording: CallRecording,
  { tools = 'recorded', model: answers = 'recorded', drift = strict, pace }: CallReplayOptions = {},
): CallReplay {
  const tape = layOutCalls(recording);
  const paceOf = recordedPace(recording, pace);
  const latch = createLatch();
  const ledger = createDriftLedger(drift);
  const matcher = createCallMatcher({ tape, latch, ledger });
  const laid = new Map<TapedModel, LaidAnswer>();
  const { waiting, waitsAt } = createWaiting<TapedExchange>();
  const lanes = createLanes(startOfLane);
  const isLive = (tool: string): boolean =>
    (typeof tools === 'string' ? tools : tools[tool]) === 'live';
  const among = { tape, matcher, lanes, waitsAt };
  const answerTool = createToolAnswers({ ...among, isLive, model: answers, paceOf });
  const wrapped = new Set<string>();
  const ranLive = new Set<string>();
  const calls: AnsweredCalls = {
    tape,
    isAsked: matcher.isAsked,
    isDue: (each) => answers === 'recorded' || !isOfModel(each, isLive),
    isHidden: ({ lane }) => answerTool.hides(lane),
    isUnseen: (each) => each.t === 'tool' && ranLive.has(each.tool),
  };
  const answer = (options: LanguageModelV4CallOptions, asked?: ModelName): LaidAnswer => {
    const position = lanes.current().state;
    const found = matcher.model({ lane: position.name, options, model: asked }, position.models++);
    const known =
      laid.get(found) ?? layAnswer(found.answer, { pace: paceOf(found), waits: waitsAt(found) });
    laid.set(found, known);
    return known;
  };
  const live = createWhole();
  const http = createHttpAnswers({ ...among, latch });
  return {
    recording,
    seam: {
      answer,
      tool: ({ tool, callId }, run) => {
        if (wrapped.has(tool)) return run();
        latch.check();
        if (!isLive(tool))
          return latch.refuse(new ToolNotReplayableError(recording.header.name, tool));
        ranLive.add(tool);
        return lanes.run(lanes.current().within(answerTool.laneOf(callId)), run);
      },
    },
    model: (model) => {
      if (answers === 'live' && model !== undefined) return asWhole(model, live);
      const name = model && { provider: model.provider, modelId: model.modelId };
      return replayCallModel(model ?? modelOf(recording), (options) => answer(options, name));
    },
    tools: (each) => {
      for (const name of Object.keys(each)) wrapped.add(name);
      return wrapTools(each, answerTool.answer);
    },
    fetch: replayFetch(http),
    http: (httpOptions) => replayHttp(http, live.isWithin, httpOptions),
    lane: (name, work) => lanes.run(lanes.current().within(`:${name}`), work),
    divergence: latch.first,
    finish: () => {
      latch.check();
      for (const each of waiting) matcher.readsOn(each);
      const end = endDivergence(tape, openOf(calls), ledger);
      if (end !== undefined) latch.diverge(end);
      return reportOf(calls, ledger);
    },
  };
}

/** What a model that answers itself does not ask of the recording, nor do tools that run. */
function isOfModel(each: TapedExchange, isLive: (tool: string) => boolean): boolean {
  if (each.t === 'http') return openAiApi(each.request) !== undefined;
  return each.t !== 'tool' || isLive(each.tool);
}

/** Nothing of it has been asked for yet. */
function startOfLane(parent: LanePosition | undefined, key: string): LanePosition {
  return { name: `${parent?.name ?? ''}${key}`, models: 0, http: 0, calls: new Map() };
}

/** Who answers as the model where nobody says who is asked today. What is asked for by address is not fetched. */
function modelOf({ header }: CallRecording): ReplayedModel {
  const model = 'model' in header ? header.model : undefined;
  return {
    provider: model?.provider ?? 'recorded',
    modelId: model?.modelId ?? header.name,
    supportedUrls: { '*/*': [/^https?:/] },
  };
}
