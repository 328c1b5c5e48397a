import type { EffectClass, Json } from '#harness';
import { jsonOf } from '../calls/json-of.ts';
import { createLanes, type Lanes } from '../calls/lane.ts';
import type { SeenOutcome, Settle, Watching } from '../calls/watch-tool.ts';
import { createWhole, type Whole } from '../calls/whole.ts';
import type { CalledTool } from '../calls/wrap-tools.ts';
import type { ModelName } from '../format/header.ts';
import type { WireRequest } from '../format/http-call.ts';
import type { ModelRequest } from '../format/model-request.ts';
import type { Stopwatch } from '../timing/stopwatch.ts';
import type { Measured } from '../timing/timekeeper.ts';
import type { ObservedReply, TellReply } from '../wire/record/observe-exchange.ts';
import type { ObservedAnswer, Tell } from './observe-model.ts';

/** When a call began and ended, where that is measured. */
interface Timed extends Pick<Measured, 'began'> {
  ended?: Measured['ended'];
}

/** A model's call while it is watched. */
export interface LoggedModel extends Timed {
  readonly t: 'model';
  readonly model: ModelName;
  readonly request: ModelRequest;
  /** Missing while it goes on. */
  answer?: ObservedAnswer;
}

/** A request over HTTP while it is watched. */
export interface LoggedHttp extends Timed {
  readonly t: 'http';
  /** Missing while it is read. */
  request?: WireRequest;
  /** Missing while nothing has come. */
  reply?: ObservedReply | { readonly end: ObservedReply['end'] };
}

/** A request over HTTP that has its place. */
export interface BegunHttp {
  /** `request` reads what is asked. */
  readonly asks: (request: () => Promise<WireRequest>) => TellReply;
  /** It was never sent. */
  readonly withdraw: () => void;
}

/** A tool's call while it is watched. */
export interface LoggedTool extends Timed {
  readonly tool: string;
  readonly callId: string;
  readonly effect: EffectClass | undefined;
  readonly input: Json;
  /** How many model calls and requests had begun in its lane. */
  readonly after: number;
  /** What was called within it. */
  readonly within: LaneLog;
  outcome?: SeenOutcome;
}

/** What happened in one lane, in the order in which it began. */
export interface LaneLog {
  readonly turns: (LoggedModel | LoggedHttp)[];
  readonly tools: LoggedTool[];
  /** Lanes that somebody named, within it. */
  readonly named: Map<string, LaneLog>;
}

/** Everything that is watched for one recording. */
export interface CallLog {
  readonly lanes: Lanes<LaneLog>;
  /** Missing where nothing is measured. */
  readonly now: Stopwatch | undefined;
  /** Begins a model's call in the lane of whoever makes it. `request` reads what is asked. */
  readonly model: (model: ModelName, request: () => ModelRequest) => Tell;
  /** Begins a request over HTTP in the lane of whoever makes it. */
  readonly http: () => BegunHttp;
  /** What is recorded already: what it asks for over HTTP is a part of it. */
  readonly whole: Whole;
  /** Begins a tool's call: what runs it does so in a lane of its own. */
  readonly tool: (call: Omit<CalledTool, 'run'>, effect?: EffectClass) => Watching;
  /** Tools that are wrapped, by name: nobody else has to watch them. */
  readonly wrapped: Set<string>;
  /** What could not be written down: kept here, because the agent may swallow what is thrown at it. */
  readonly fault: () => Error | undefined;
}

export function createCallLog(now?: Stopwatch): CallLog {
  const lanes = createLanes<LaneLog>(() => ({ turns: [], tools: [], named: new Map() }));
  let fault: Error | undefined;
  const note = (error: unknown): void => {
    // Told when the recording is finished: the agent goes on as if nobody watched.
    fault ??= error instanceof Error ? error : new Error(String(error));
  };
  const unlessUnrecordable = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      note(error);
    }
  };
  return {
    lanes,
    now,
    wrapped: new Set(),
    fault: () => fault,
    model: (model, request) => {
      const { turns } = lanes.current().state;
      let logged: LoggedModel | undefined;
      unlessUnrecordable(() => {
        const { provider, modelId } = model;
        const asked = { model: { provider, modelId }, request: request() };
        logged = { t: 'model', ...asked, began: now?.() };
        turns.push(logged);
      });
      return (answer) => {
        if (logged === undefined || logged.answer !== undefined) return;
        logged.answer = answer;
        logged.ended = now?.();
      };
    },
    http: () => beginHttp(lanes.current().state, note, now),
    whole: createWhole(),
    tool: (call, effect) => {
      const lane = lanes.current();
      const { tools, turns } = lane.state;
      const times = tools.filter(({ callId }) => callId === call.callId).length;
      const inner = lane.within(`${call.callId} ${times}`);
      let logged: LoggedTool | undefined;
      unlessUnrecordable(() => {
        logged = {
          tool: call.tool,
          callId: call.callId,
          effect,
          input: jsonOf(call.input, `/${call.tool}/input`),
          after: turns.length,
          within: inner.state,
          began: now?.(),
        };
        tools.push(logged);
      });
      const settle: Settle = (outcome) =>
        unlessUnrecordable(() => {
          if (logged === undefined) return;
          logged.ended = now?.();
          logged.outcome = outcome();
        });
      return { run: (work) => lanes.run(inner, work), settle };
    },
  };
}

function beginHttp(
  { turns }: LaneLog,
  note: (error: unknown) => void,
  now: Stopwatch | undefined,
): BegunHttp {
  const logged: LoggedHttp = { t: 'http', began: now?.() };
  turns.push(logged);
  return {
    asks: (request) => {
      void readInto(logged, request, note);
      return (reply) => Object.assign(logged, { reply, ended: now?.() });
    },
    withdraw: () => {
      turns.splice(turns.indexOf(logged), 1);
    },
  };
}

async function readInto(
  logged: LoggedHttp,
  request: () => Promise<WireRequest>,
  note: (error: unknown) => void,
): Promise<void> {
  try {
    logged.request = await request();
  } catch (error) {
    note(error);
  }
}
