import type { LanguageModelV4 } from '@ai-sdk/provider';
import { createLanes } from '../../calls/lane.ts';
import { type AnyTools, wrapTools } from '../../calls/wrap-tools.ts';
import type { CallRecording } from '../../format/call-recording.ts';
import type { Divergence, ExchangeReference } from '../divergence.ts';
import { missingCall } from '../find-end-divergences.ts';
import { createLatch } from '../latch.ts';
import { referenceTo, type TapedExchange, type TapedModel } from '../tape.ts';
import { createCallMatcher } from './call-matcher.ts';
import { type CallTape, isModel, layOutCalls } from './call-tape.ts';
import {
  type LaidAnswer,
  layAnswer,
  type ReplayedModel,
  replayCallModel,
} from './replay-call-model.ts';
import { createToolAnswers, type LanePosition } from './tool-answers.ts';

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
}

/** Something that nobody can say of a replay, because it did not happen in it. */
export interface CallDoubt {
  readonly at: ExchangeReference;
  readonly note: string;
}

export interface CallReplayReport {
  readonly recording: string;
  /** Calls that were asked for, and answered as they were recorded. */
  readonly models: number;
  readonly tools: number;
  /** `unverifiable`: nothing diverged, and of something nobody can say. That is no agreement. */
  readonly verdict: 'same' | 'unverifiable';
  readonly unverifiable: readonly CallDoubt[];
}

/** A recording of calls, standing in for models and tools. */
export interface CallReplay {
  readonly recording: CallRecording;
  /** The model to be given to the agent. With the one it has today, who is asked is compared too, and nobody is asked. */
  readonly model: (model?: LanguageModelV4) => LanguageModelV4;
  /** The tools to be given to the agent. */
  readonly tools: <Tools extends AnyTools>(tools: Tools) => Tools;
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
 */
export function openCallReplay(
  recording: CallRecording,
  { tools = 'recorded', model: answers = 'recorded' }: CallReplayOptions = {},
): CallReplay {
  const tape = layOutCalls(recording);
  const latch = createLatch();
  const matcher = createCallMatcher(tape, latch);
  const laid = new Map<TapedModel, LaidAnswer>();
  const lanes = createLanes<LanePosition>((parent, key) => ({
    name: `${parent?.name ?? ''}${key}`,
    models: 0,
    calls: new Map(),
  }));
  const isLive = (tool: string): boolean =>
    (typeof tools === 'string' ? tools : tools[tool]) === 'live';
  const answerTool = createToolAnswers({ tape, matcher, lanes, isLive, model: answers });
  const isDue = (each: TapedExchange): boolean =>
    answers === 'recorded' || (each.t === 'tool' && !isLive(each.tool));
  const isHidden = ({ lane }: TapedExchange): boolean => answerTool.hides(lane);
  return {
    recording,
    model: (model) => {
      if (answers === 'live' && model !== undefined) return model;
      return replayCallModel(model ?? modelOf(recording), (options) => {
        const position = lanes.current().state;
        const found = matcher.model(position.name, position.models++, options);
        const answer = laid.get(found) ?? layAnswer(found.answer);
        laid.set(found, answer);
        return answer;
      });
    },
    tools: (each) => wrapTools(each, answerTool.answer),
    lane: (name, work) => lanes.run(lanes.current().within(`:${name}`), work),
    divergence: latch.first,
    finish: () => {
      latch.check();
      const open = tape.exchanges.filter((each) => !matcher.isAsked(each) && isDue(each));
      const end = endDivergence(
        tape,
        open.filter((each) => !isHidden(each)),
      );
      if (end !== undefined) latch.diverge(end);
      const asked = tape.exchanges.filter(matcher.isAsked);
      const models = asked.filter(isModel).length;
      const hidden = open.filter(isHidden);
      return {
        recording: recording.header.name,
        models,
        tools: asked.length - models,
        verdict: hidden.length === 0 ? 'same' : 'unverifiable',
        unverifiable: hidden.map((each) => ({
          at: referenceTo(each),
          note: 'The tool in which it was made did not run.',
        })),
      };
    },
  };
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

/** What only the end shows: calls that nobody asked for, and a file that is not as it was written. */
function endDivergence(tape: CallTape, open: readonly TapedExchange[]): Divergence | undefined {
  const missing = missingCall(tape, open);
  const [first] = tape.edited;
  if (missing !== undefined || first === undefined) return missing;
  return {
    recording: tape.recording.header.name,
    class: 'EDITED',
    line: first.line,
    definitions: [],
    ...(first.at === undefined ? {} : { at: first.at }),
    equal: [],
    edited: tape.edited,
  };
}
