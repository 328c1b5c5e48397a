import { AsyncLocalStorage } from 'node:async_hooks';

/** What is outside every tool. */
export const rootLane = 'main';

// Calls belong to the lane in which they are made, and lanes follow what caused what: a tool runs in the lane of the call
// that asked for it, so an agent within it counts its calls by itself, however many run beside it.

/** A causal path, with whatever is kept of it. */
export interface Lane<State> {
  readonly state: State;
  /** The lane of this name within it, the same one each time. */
  readonly within: (key: string) => Lane<State>;
}

/** The lanes of one recorder, or of one replay. */
export interface Lanes<State> {
  readonly root: Lane<State>;
  /** The lane of whoever asks. */
  readonly current: () => Lane<State>;
  readonly run: <Result>(lane: Lane<State>, work: () => Result) => Result;
}

/** `open` makes what is kept of a lane, of the state of the one around it and of what tells it from its siblings. */
export function createLanes<State>(
  open: (parent: State | undefined, key: string) => State,
): Lanes<State> {
  const storage = new AsyncLocalStorage<Lane<State>>();
  const root = laneOf(open(undefined, rootLane), open);
  return {
    root,
    current: () => storage.getStore() ?? root,
    run: (lane, work) => storage.run(lane, work),
  };
}

function laneOf<State>(
  state: State,
  open: (parent: State | undefined, key: string) => State,
): Lane<State> {
  const lanes = new Map<string, Lane<State>>();
  return {
    state,
    within: (key) => {
      const known = lanes.get(key) ?? laneOf(open(state, key), open);
      lanes.set(key, known);
      return known;
    },
  };
}
