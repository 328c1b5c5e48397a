import type { SessionEvent, TextDelta } from '../session/event.ts';

/**
 * Keeps a turn's text whole for one viewer. `next`: show it. `replaces`: show it in place of what an earlier attempt
 * streamed. `seen`: shown before, or overtaken. `gap`: something before it is missing; it must not be shown.
 */
export type DeltaPlace = 'next' | 'replaces' | 'seen' | 'gap';

export interface TurnText {
  /** Where the delta stands; `next` and `replaces` are taken as shown. */
  readonly place: (delta: TextDelta) => DeltaPlace;
  /** A completed turn has its text in the log: later deltas of it are `seen`. */
  readonly settle: (event: SessionEvent) => void;
}

interface Turn {
  readonly attempt: number;
  readonly nextOrdinal: number;
}

const settled: Turn = { attempt: Number.POSITIVE_INFINITY, nextOrdinal: 0 };

export function createTurnText(): TurnText {
  const turns = new Map<string, Turn>();
  return {
    place: (delta) => {
      const { attempt, ordinal } = delta;
      const key = turnKey(delta);
      const turn = turns.get(key) ?? { attempt: 0, nextOrdinal: 0 };
      if (attempt < turn.attempt) return 'seen';
      const isSame = attempt === turn.attempt;
      const expected = isSame ? turn.nextOrdinal : 0;
      if (ordinal < expected) return 'seen';
      if (ordinal > expected) return 'gap';
      turns.set(key, { attempt, nextOrdinal: ordinal + 1 });
      return isSame || turn.nextOrdinal === 0 ? 'next' : 'replaces';
    },
    settle: (event) => {
      if (event.fact.type === 'model-turn-completed') turns.set(turnKey(event), settled);
    },
  };
}

/** Names a model turn within its session. */
export function turnKey({
  runId,
  step,
}: {
  readonly runId: string;
  readonly step: string;
}): string {
  return `${runId} ${step}`;
}
