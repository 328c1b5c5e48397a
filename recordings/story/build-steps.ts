import { type Exchange, laneOf, placeOf, type RequestDelta } from '../format/recording.ts';
import type { ReadAnswer } from './read-answer.ts';
import type { Actor, ContextDelta, ModelStep, Story, StoryLane, StoryStep } from './story.ts';
import { createThreads, type Threads } from './threads.ts';
import { turnLane } from './turn-lane.ts';

/** A model's exchange, whoever recorded it. */
export interface ToldModel {
  readonly t: 'model';
  readonly lane: string;
  readonly n: number;
  readonly model?: string;
  readonly request?: RequestDelta;
  readonly answer: ReadAnswer;
}

export type ToldExchange = Exclude<Exchange, { t: 'model' }> | ToldModel;

/** Makes steps of exchanges, and says how they belong together. `firstLine` is the line of the first. */
export function buildSteps(
  exchanges: readonly ToldExchange[],
  firstLine: number,
): Pick<Story, 'steps' | 'lanes'> {
  const threads = createThreads(exchanges);
  const deltaOf = createDeltas();
  const steps = exchanges.map((exchange, index): StoryStep => {
    const base = {
      index,
      line: firstLine + index,
      place: placeOf(exchange),
      ...actorOf(turnLane(exchange)),
    };
    if (exchange.t !== 'model') return { ...base, ...plainStep(exchange, threads, index) };
    const delta = deltaOf(exchange, index);
    return { ...base, ...modelStep(exchange, threads, index), ...(delta && { context: delta }) };
  });
  return { steps, lanes: lanesOf(exchanges) };
}

type Unplaced<Step> = Step extends StoryStep
  ? Omit<Step, 'index' | 'line' | 'place' | keyof Actor>
  : never;

function plainStep(
  exchange: Exclude<ToldExchange, ToldModel>,
  threads: Threads,
  index: number,
): Unplaced<Exclude<StoryStep, ModelStep>> {
  switch (exchange.t) {
    case 'message': {
      const { text, principal, mode } = exchange;
      return { kind: 'message', text, principal, steers: mode === 'steer' };
    }
    case 'clear':
      return { kind: 'clear', by: exchange.by, force: exchange.force ?? false };
    case 'steering':
      return { kind: 'steering', messages: exchange.messages };
    case 'clock':
      return { kind: 'clock', value: exchange.value };
    case 'dice':
      return { kind: 'dice', value: exchange.value };
    case 'tool': {
      const { call, tool, input, outcome, effect } = exchange;
      const said = { kind: 'tool', call, tool, input, outcome } as const;
      const declared = effect === undefined ? said : { ...said, effect };
      return { ...declared, ...threads.linksOf(index) };
    }
    case 'decision': {
      const { call, tool, input, decision } = exchange;
      return { kind: 'decision', call, tool, input, decision, ...threads.linksOf(index) };
    }
  }
}

function modelStep(
  { model, answer }: ToldModel,
  threads: Threads,
  index: number,
): Unplaced<ModelStep> {
  return {
    kind: 'model',
    ...(model === undefined ? {} : { model }),
    answer: {
      ...answer,
      calls: answer.calls.map((each) => ({ ...each, steps: threads.of(index, each.call) })),
    },
  };
}

/** To be asked in the order of the recording. */
function createDeltas(): (exchange: ToldModel, index: number) => ContextDelta | undefined {
  interface Turn {
    readonly index: number;
    /** How many messages it read. */
    readonly length: number;
  }
  const ofLane = new Map<string, Turn>();
  let latest: Turn | undefined;
  return ({ lane, request }, index) => {
    if (request === undefined) return undefined;
    const before = ofLane.get(lane) ?? latest;
    const { keep: kept, messages: added, system, tools, settings } = request;
    latest = { index, length: kept + added.length };
    ofLane.set(lane, latest);
    return {
      ...(before === undefined ? {} : { since: before.index }),
      kept,
      dropped: (before?.length ?? kept) - kept,
      added,
      system,
      tools,
      settings,
    };
  };
}

function actorOf(lane: string): Actor {
  const { run, sibling: subAgent, agent } = laneOf(lane);
  return {
    ...(Number.isNaN(run) ? {} : { run }),
    subAgent: Number.isNaN(subAgent) ? 0 : subAgent,
    ...(agent === undefined ? {} : { agent }),
  };
}

function lanesOf(exchanges: readonly ToldExchange[]): readonly StoryLane[] {
  const lanes = new Map<string, Omit<StoryLane, 'steps'> & { readonly steps: number[] }>();
  const latestTurn = new Map<number | undefined, number>();
  for (const [index, exchange] of exchanges.entries()) {
    const name = turnLane(exchange);
    const lane = lanes.get(name);
    const actor = actorOf(name);
    const parent = actor.subAgent === 0 ? undefined : latestTurn.get(actor.run);
    if (lane === undefined) {
      const begun = { lane: name, ...actor, steps: [index] };
      lanes.set(name, parent === undefined ? begun : { ...begun, parent });
    } else {
      lane.steps.push(index);
    }
    if (exchange.t === 'model' && actor.subAgent === 0) latestTurn.set(actor.run, index);
  }
  return [...lanes.values()];
}
