import type { EffectClass, ExchangePlace, Exchanges, StepObserver } from '#harness';
import { placeName, type StepChanges } from '#recordings';
import { type DatabaseState, rowChanges } from './row-changes.ts';

/** Says which step changed which rows, while a session runs in one process. */
export interface DatabaseWatch {
  /** Stands before the exchanges of the session. */
  readonly around: (exchanges: Exchanges) => Exchanges;
  readonly observer: StepObserver;
  /** By the names of places: each call of a tool, and each time that a person cleared the session. */
  readonly changes: () => Promise<ReadonlyMap<string, StepChanges>>;
}

/** A call of a tool, from when it is dispatched until its step is saved. */
interface Call {
  readonly place: string;
  readonly tool: string;
  readonly isWriter: boolean;
  /** Another that may change something was made at the same time. */
  isBeside: boolean;
  isSettled: boolean;
}

/** The state behind a step. */
interface Look {
  readonly place?: string;
  readonly isShared: boolean;
  readonly state: Promise<DatabaseState>;
}

/**
 * What a transactional tool writes is there when its step is saved, so that is when the state is looked at. `look` must take
 * what there is at once, before anybody goes on.
 */
export function watchDatabase(look: () => Promise<DatabaseState>): DatabaseWatch {
  const looks: Look[] = [];
  const unchanged: string[] = [];
  const open = new Set<Call>();
  const begin = (place: ExchangePlace, tool: string, effect: EffectClass | undefined): Call => {
    if (looks.length === 0) looks.push({ isShared: false, state: look() });
    const call: Call = {
      place: placeName(place),
      tool,
      isWriter: effect !== 'read' && effect !== 'compute',
      isBeside: false,
      isSettled: false,
    };
    const others = [...open].filter(({ isWriter }) => isWriter);
    for (const each of call.isWriter ? others : []) each.isBeside = true;
    call.isBeside = others.length > 0;
    open.add(call);
    return call;
  };
  const saved = (call: Call): void => {
    open.delete(call);
    // What it did not do may be half done beside it: whoever does it is told of it.
    if (!call.isWriter && call.isBeside) unchanged.push(call.place);
    else looks.push({ place: call.place, isShared: call.isBeside, state: look() });
  };
  return {
    around: (exchanges) => ({
      ...exchanges,
      cleared: (place, clear) => {
        exchanges.cleared(place, clear);
        looks.push({ place: placeName(place), isShared: false, state: look() });
      },
      tool: async (place, call, execute) => {
        const begun = begin(place, call.tool, call.effect);
        try {
          return await exchanges.tool(place, call, execute);
        } finally {
          begun.isSettled = true;
        }
      },
    }),
    observer: {
      before: () => undefined,
      inside: () => undefined,
      after: (_, step) => {
        const call = [...open].find(
          ({ tool, isSettled }) => isSettled && step.startsWith(`${tool}#`),
        );
        if (call !== undefined) saved(call);
      },
    },
    changes: async () => {
      const steps = new Map<string, StepChanges>();
      for (const place of unchanged) steps.set(place, { rows: [], isShared: false });
      let before: DatabaseState | undefined;
      for (const { place, isShared, state } of looks) {
        const after = await state;
        if (place !== undefined) {
          steps.set(place, { rows: rowChanges(before ?? after, after), isShared });
        }
        before = after;
      }
      return steps;
    },
  };
}
