import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { EffectClass } from '#harness';
import { watchTool } from '../calls/watch-tool.ts';
import { asWhole } from '../calls/whole.ts';
import { type AnyTools, wrapTools } from '../calls/wrap-tools.ts';
import type { CallRecording } from '../format/call-recording.ts';
import { madeHere } from '../format/header.ts';
import { requestOf } from '../format/model-request.ts';
import { writeRecording } from '../format/recording-file.ts';
import { hashOf } from '../format/serialize-recording.ts';
import { UnrecordableError } from '../format/unrecordable-error.ts';
import type { RecordedTiming } from '../timing/recorded-timing.ts';
import type { Measuring } from '../timing/stopwatch.ts';
import { createTimekeeper } from '../timing/timekeeper.ts';
import { writeTiming } from '../timing/timing-file.ts';
import type { Chunks } from '../wire/record/write-http.ts';
import { type CallLog, createCallLog } from './call-log.ts';
import { checkRecordable } from './check-recordable.ts';
import { observeModel, type Watch } from './observe-model.ts';
import { type Pieces, writeCalls } from './write-calls.ts';

export interface CallRecorderOptions {
  readonly name: string;
  /** Who answers as the model: `scripted`, `live:<model>`. By default the model that is asked first, live. */
  readonly made?: string;
  /**
   * Into which pieces a text is written that came in pieces. Where the network and the provider cut it is chance: by default
   * it is cut anew, every few words, and the same answers give the same file. `kept` keeps the pieces as they came.
   */
  readonly pieces?: Pieces;
  /**
   * Whether an answer over HTTP is written with where the network cut it. That is chance: by default it is not, an answer that
   * streams is kept by its events, and what a provider made up is renamed as anywhere.
   */
  readonly chunks?: Chunks;
  /** Measures how long calls take and when pieces of streams come; it is kept beside the recording, which stays as it is. */
  readonly timing?: Measuring;
}

/** Watches the calls that an agent makes, whatever agent it is. */
export interface CallRecorder {
  /** Where the calls are kept: `recordModel`, `recordTools` and `attachRecorder` write here. */
  readonly log: CallLog;
  /**
   * Gives what `work` calls a lane of its own. Needed only where calls that nothing puts in an order are made side by side:
   * what a tool calls has its lane anyway.
   */
  readonly lane: <Result>(name: string, work: () => Result) => Result;
  /**
   * What was called.
   * @throws RecordingIncompleteError when a call began and never ended; UnrecordableError for what the format cannot hold.
   */
  readonly finish: () => CallRecording;
  /** What was measured of the recording that `finish` made last; undefined where nothing was. */
  readonly timing: () => RecordedTiming | undefined;
  /**
   * Writes the recording, and beside it what was measured, or leaves what was there.
   * @throws what `finish` throws, and SecretFoundError for what looks like a secret, is a card number, or is one of `secrets`.
   */
  readonly save: (
    path: string,
    options?: { readonly secrets?: readonly string[] },
  ) => Promise<void>;
}

/**
 * Records the calls of any agent that is built on the AI SDK: those of its models and of its tools. The file holds a call
 * once for each time it was made, in an order that follows what caused what; ids are renamed, times are left out and e-mail
 * addresses are placeholders, so that the same answers give the same bytes. A call that its caller gave up is kept as far as they read.
 * @throws UnrecordableError for another `made`.
 */
export function createCallRecorder({
  name,
  made,
  pieces = 'even',
  chunks = 'left-out',
  timing,
}: CallRecorderOptions): CallRecorder {
  // Said at once, and not when everything has been asked.
  if (made !== undefined && !madeHere.safeParse(made).success) {
    throw new UnrecordableError('made', `"${made}", which is neither scripted nor live:<model>`);
  }
  const timekeeper = createTimekeeper(timing);
  const log = createCallLog(timekeeper?.now);
  const { lanes } = log;
  let recording: CallRecording | undefined;
  const finish = (): CallRecording => {
    recording = writeCalls(log, { name, made, pieces, chunks, timekeeper });
    return recording;
  };
  const measured = (): RecordedTiming | undefined =>
    recording === undefined ? undefined : timekeeper?.timing(hashOf(recording));
  return {
    log,
    lane: (key, work) => {
      const lane = lanes.current();
      const inner = lane.within(`: ${key}`);
      lane.state.named.set(key, inner.state);
      return lanes.run(inner, work);
    },
    finish,
    timing: measured,
    save: async (path, options) => {
      await writeRecording(path, finish(), options);
      const timed = measured();
      if (timed !== undefined) await writeTiming(path, timed);
    },
  };
}

/** The model, watched: it answers as before, in one piece or in a stream. */
export function recordModel(model: LanguageModelV4, { log }: CallRecorder): LanguageModelV4 {
  checkRecordable(model);
  const watch: Watch = (options) => log.model(model, () => requestOf(options));
  return observeModel(asWhole(model, log.whole), watch, log.now);
}

/**
 * The tools, watched: they run as before. What they change may be said by their names, for whoever replays or reviews; a tool
 * without `execute` is done elsewhere and passes through.
 */
export function recordTools<Tools extends AnyTools>(
  tools: Tools,
  { log }: CallRecorder,
  effects: Readonly<Record<string, EffectClass>> = {},
): Tools {
  const effectOf = new Map(Object.entries(effects));
  for (const name of Object.keys(tools)) log.wrapped.add(name);
  return wrapTools(tools, (call) => watchTool(call, log.tool(call, effectOf.get(call.tool))));
}
