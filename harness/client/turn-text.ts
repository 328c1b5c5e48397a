import type { SessionEvent, TextDelta, TurnReference } from '../session/event.ts';

/** `next`: show it. `seen`: shown before, or overtaken. `gap`: something before it is missing; it must not be shown. */
export type DeltaPlace = 'next' | 'seen' | 'gap';

/** Keeps the text of turns whole for one viewer, however often and from wherever it is told. */
export interface TurnText {
  /** Where the delta stands; `next` is taken as shown. */
  readonly place: (delta: TextDelta) => DeltaPlace;
  /** Takes a later attempt up from its beginning; false when this one, or a later one, was taken up before. */
  readonly restart: (turn: TurnReference, attempt: number) => boolean;
  /** A completed turn has its text in the log: later deltas of it are `seen`. */
  readonly settle: (event: SessionEvent) => void;
}

interface Turn {
  readonly attempt: number;
  readonly nextOrdinal: number;
}

const untold: Turn = { attempt: 1, nextOrdinal: 0 };
const settled: Turn = { attempt: Number.POSITIVE_INFINITY, nextOrdinal: 0 };

export function createTurnText(): TurnText {
  const turns = new Map<string, Turn>();
  const turnOf = (turn: Pick<TurnReference, 'runId' | 'step'>): Turn =>
    turns.get(turnKey(turn)) ?? untold;
  return {
    place: (delta) => {
      const { attempt, nextOrdinal } = turnOf(delta);
      if (delta.attempt < attempt) return 'seen';
      if (delta.attempt > attempt || delta.ordinal > nextOrdinal) return 'gap';
      if (delta.ordinal < nextOrdinal) return 'seen';
      turns.set(turnKey(delta), { attempt, nextOrdinal: nextOrdinal + 1 });
      return 'next';
    },
    restart: (turn, attempt) => {
      if (attempt <= turnOf(turn).attempt) return false;
      turns.set(turnKey(turn), { attempt, nextOrdinal: 0 });
      return true;
    },
    settle: (event) => {
      if (event.fact.type === 'model-turn-completed') turns.set(turnKey(event), settled);
    },
  };
}

/** Names a model turn within its session. */
export function turnKey({ runId, step }: Pick<TurnReference, 'runId' | 'step'>): string {
  return `${runId} ${step}`;
}
