import type { ToldExchange } from './build-steps.ts';
import { turnLane } from './turn-lane.ts';

/** Which exchanges belong to one call of a tool. Indexes are those of the exchanges. */
export interface Threads {
  /** Where a tool's attempt or a person's decision comes from. */
  readonly linksOf: (index: number) => { readonly askedBy?: number; readonly about?: number };
  /** What came of a call that the model turn at `index` asked for. */
  readonly of: (index: number, call: string) => readonly number[];
}

export function createThreads(exchanges: readonly ToldExchange[]): Threads {
  const links = new Map<number, { readonly askedBy?: number; readonly about?: number }>();
  const threads = new Map<string, number[]>();
  const asked = new Map<string, number>();
  const attempted = new Map<string, number>();
  const latestTurn = new Map<string, number>();
  for (const [index, exchange] of exchanges.entries()) {
    const lane = turnLane(exchange);
    if (exchange.t === 'model') {
      latestTurn.set(lane, index);
      for (const { call } of exchange.answer.calls) asked.set(nameOf(lane, call), index);
    } else if (exchange.t === 'tool' || exchange.t === 'decision') {
      const name = nameOf(lane, exchange.call);
      const turn = asked.get(name);
      if (turn !== undefined) append(threads, nameOf(turn, exchange.call), index);
      // What is decided need not be a call: a plan is what its turn answered.
      const askedBy = turn ?? (exchange.t === 'decision' ? latestTurn.get(lane) : undefined);
      const about = exchange.t === 'decision' ? attempted.get(name) : undefined;
      links.set(index, {
        ...(askedBy === undefined ? {} : { askedBy }),
        ...(about === undefined ? {} : { about }),
      });
      if (exchange.t === 'tool') attempted.set(name, index);
    }
  }
  return {
    linksOf: (index) => links.get(index) ?? {},
    of: (index, call) => threads.get(nameOf(index, call)) ?? [],
  };
}

function nameOf(where: string | number, call: string): string {
  return `${where} ${call}`;
}

function append(lists: Map<string, number[]>, name: string, index: number): void {
  const list = lists.get(name);
  if (list === undefined) lists.set(name, [index]);
  else list.push(index);
}
