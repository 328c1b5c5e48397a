import { toolGivenUp, untilGivenUp, type Waiter } from '../../calls/given-up.ts';
import { jsonOf } from '../../calls/json-of.ts';
import type { Lanes } from '../../calls/lane.ts';
import { RecordedToolError } from '../../calls/tool-failure.ts';
import { watchTool } from '../../calls/watch-tool.ts';
import type { CalledTool } from '../../calls/wrap-tools.ts';
import { asJson } from '../../format/json.ts';
import type { TapedTool } from '../tape.ts';
import type { CallMatcher } from './call-matcher.ts';
import type { CallTape } from './call-tape.ts';
import type { CallPace } from './recorded-pace.ts';

/** Where a replay stands in one lane. */
export interface LanePosition {
  readonly name: string;
  models: number;
  http: number;
  /** How often each call has been made. */
  readonly calls: Map<string, number>;
}

/** Which call of which tool. */
export interface NamedCall {
  readonly tool: string;
  readonly callId: string;
}

/** Answers tools, from the recording or by running them beside it. */
export interface ToolAnswers {
  readonly answer: (call: CalledTool) => unknown;
  /** The lane, within that of whoever asks, of a call that is made now. */
  readonly laneOf: (callId: string) => string;
  /** Whether a lane is within a tool that did not run. */
  readonly hides: (lane: string) => boolean;
}

export function createToolAnswers(parts: {
  readonly tape: CallTape;
  readonly matcher: CallMatcher;
  readonly lanes: Lanes<LanePosition>;
  readonly isLive: (tool: string) => boolean;
  readonly model: 'recorded' | 'live';
  readonly paceOf: (found: TapedTool) => CallPace | undefined;
  readonly waitsAt: (found: TapedTool) => Waiter['waits'];
}): ToolAnswers {
  const { tape, matcher, lanes, isLive, model, paceOf, waitsAt } = parts;
  const unopened: string[] = [];
  const timeOf = (callId: string): number => {
    const { calls } = lanes.current().state;
    const time = calls.get(callId) ?? 0;
    calls.set(callId, time + 1);
    return time;
  };
  const find = ({ tool, callId, input }: CalledTool): TapedTool => {
    const { name: lane } = lanes.current().state;
    const asked = { lane, tool, input: jsonOf(input, `/${tool}/input`) };
    // How a live model named its calls is its own.
    if (model === 'live' || tape.modelsIn(lane).length === 0) return matcher.anyTool(asked);
    return matcher.tool(asked, callId, timeOf(callId));
  };
  return {
    laneOf: (callId) => callLane(callId, timeOf(callId)),
    hides: (lane) => unopened.some((each) => isWithin(lane, each)),
    answer: (call) => {
      if (model === 'live' && isLive(call.tool)) return call.run();
      const found = find(call);
      const inner = innerLane(found, tape);
      if (!isLive(call.tool)) {
        unopened.push(`${found.lane}${inner}`);
        const waiter = { signal: call.signal, waits: waitsAt(found) };
        return recordedResult(found, tape, () =>
          isGivenUp(found) ? untilGivenUp(waiter) : takeTime(paceOf(found), call.signal),
        );
      }
      const lane = lanes.current().within(inner);
      let isSame = true;
      return watchTool(call, {
        run: (work) => lanes.run(lane, work),
        settle: (outcome) => {
          const { shown: _, ...rest } = outcome();
          isSame = matcher.outcome(found, asJson(rest));
        },
        // What differs is accepted: the agent goes on as it did.
        instead: () => (isSame ? undefined : answered(found)),
      });
    },
  };
}

const isGivenUp = ({ outcome }: TapedTool): boolean =>
  outcome.kind === 'failed' && outcome.error.code === toolGivenUp.code;

function isWithin(lane: string, outer: string): boolean {
  return lane === outer || lane.startsWith(`${outer}/`) || lane.startsWith(`${outer}:`);
}

/** What tells the lane of a call from its siblings: a call that is made again has another. */
function innerLane(found: TapedTool, tape: CallTape): string {
  const same = tape.toolsIn(found.lane).filter(({ call }) => call === found.call);
  return callLane(found.call, same.indexOf(found));
}

function callLane(call: string, time: number): string {
  return `/${call}${time > 0 ? `~${time + 1}` : ''}`;
}

function recordedResult(found: TapedTool, tape: CallTape, takesTime: () => Promise<void>): unknown {
  const line = tape.lineOf(found);
  const shown = line?.t === 'tool' ? line.shown : undefined;
  return shown === undefined
    ? answered(found, takesTime)
    : answeredBitByBit(found, shown, takesTime);
}

async function takeTime(pace: CallPace | undefined, signal?: AbortSignal): Promise<void> {
  if (pace !== undefined) await pace.wait(pace.took, signal);
}

async function answered({ outcome }: TapedTool, takesTime?: () => Promise<void>): Promise<unknown> {
  await takesTime?.();
  if (outcome.kind === 'failed') throw new RecordedToolError(outcome.error);
  // Of its own each time: whoever is answered may change it.
  return outcome.kind === 'completed' ? structuredClone(outcome.output) : null;
}

/** What was shown on the way is there at once: when it came was not measured. */
async function* answeredBitByBit(
  found: TapedTool,
  shown: readonly unknown[],
  takesTime: () => Promise<void>,
): AsyncGenerator {
  for (const each of shown) yield structuredClone(each);
  yield await answered(found, takesTime);
}
