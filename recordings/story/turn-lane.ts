import type { ToldExchange } from './build-steps.ts';

/** The causal path that an exchange belongs to: what a run read before a turn stands beside the turn, in a lane of its own. */
export function turnLane({ t, lane }: Pick<ToldExchange, 't' | 'lane'>): string {
  return t === 'steering' ? lane.replace(/\/steering$/, '') : lane;
}
