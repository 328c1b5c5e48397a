import {
  isSubRun,
  runWorkedFor,
  type SavedRun,
  type SavedSession,
  type SavedStep,
  type SessionEvent,
} from '#harness';
import { CaptureRefusedError } from './capture-refused-error.ts';
import { NothingToCaptureError } from './nothing-to-capture-error.ts';
import { type SavedReception, savedReception, savedSteering } from './saved-output.ts';

/** What of a session is captured. Runs are counted from 1, whatever was cleared before the first of them. */
export interface ChosenRuns {
  /** Of messages, in the order in which they were admitted; all of them have ended. */
  readonly runs: readonly SavedRun[];
  /** Those, and those of their sub-agents, by id. */
  readonly byId: ReadonlyMap<string, SavedRun>;
  /** What they have told. */
  readonly events: readonly SessionEvent[];
  /** Ids of runs behind them that are not captured: in progress, waiting, or not asked for. */
  readonly left: readonly string[];
  /** How many runs the session had before it was cleared. */
  readonly cleared: number;
}

interface Admitted {
  readonly run: SavedRun;
  readonly ordinal: number;
}

/**
 * The runs of a session from its beginning, or from where it was last cleared, up to the last that has ended. What was never
 * admitted has left nothing behind.
 * @throws NothingToCaptureError, CaptureRefusedError
 */
export function chooseRuns(saved: SavedSession, limit = Number.POSITIVE_INFINITY): ChosenRuns {
  const { sessionId } = saved;
  const spoken = saved.runs.filter(({ request }) => request.delegation === undefined);
  const admitted = spoken
    .flatMap((run): Admitted[] => {
      const ordinal = receptionOf(run)?.runOrdinal;
      return ordinal === undefined ? [] : [{ run, ordinal }];
    })
    .toSorted((left, right) => left.ordinal - right.ordinal);
  const cleared = (admitted[0]?.ordinal ?? 1) - 1;
  const open = admitted.findIndex(({ run }) => run.ending === 'open');
  const end = Math.min(limit, open === -1 ? admitted.length : open);
  const chosen = admitted.slice(0, end);
  if (chosen.length === 0) throw new NothingToCaptureError(sessionId, spoken.length);
  for (const [index, { run, ordinal }] of chosen.entries()) {
    const place = { runId: run.request.runId, run: index + 1 };
    if (ordinal !== cleared + index + 1 || (cleared > 0 && !isCleared(saved))) {
      throw new CaptureRefusedError(sessionId, place, 'the run before it is missing');
    }
    if (run.ending === 'broken') {
      throw new CaptureRefusedError(sessionId, place, 'the run broke off and has no end');
    }
  }
  const ids = new Set(chosen.map(({ run }) => run.request.runId));
  const family = saved.runs.filter(({ request }) => ids.has(runWorkedFor(request.runId)));
  const byId = new Map(family.map((run) => [run.request.runId, renumbered(run, cleared)]));
  return {
    runs: chosen.flatMap(({ run }) => byId.get(run.request.runId) ?? []),
    byId,
    events: saved.events
      .filter(({ runId }) => ids.has(runWorkedFor(runId)))
      .map((event) => renumberedEvent(event, cleared)),
    left: spoken
      .filter(({ request, ending }) => !ids.has(request.runId) && isLeft(request.runId, ending))
      .map(({ request }) => request.runId),
    cleared,
  };

  /** One that has ended and was never admitted was refused, and is nobody's loss. */
  function isLeft(runId: string, ending: SavedRun['ending']): boolean {
    return ending === 'open' || admitted.some(({ run }) => run.request.runId === runId);
  }
}

const isCleared = ({ events }: SavedSession): boolean =>
  events.some(({ fact }) => fact.type === 'session-cleared');

const receptionOf = ({ steps }: SavedRun): SavedReception | undefined =>
  savedReception(steps[0]?.output);

/** The run as it would be if nothing had been cleared before it. */
function renumbered(run: SavedRun, cleared: number): SavedRun {
  if (cleared === 0) return run;
  const { delegation, ...request } = run.request;
  return {
    ...run,
    request: {
      ...request,
      ...(delegation === undefined
        ? {}
        : { delegation: { ...delegation, runOrdinal: delegation.runOrdinal - cleared } }),
    },
    steps: run.steps.map((step, index) => ({
      ...step,
      output: renumberedOutput(step, { isFirst: index === 0 && !isSubRun(request.runId), cleared }),
    })),
  };
}

function renumberedOutput(
  { output }: SavedStep,
  { isFirst, cleared }: { readonly isFirst: boolean; readonly cleared: number },
): unknown {
  const reception = isFirst ? savedReception(output) : undefined;
  if (reception !== undefined) {
    const runOrdinal = reception.runOrdinal - cleared;
    return {
      ...reception,
      runOrdinal,
      previousRunId: runOrdinal === 1 ? null : reception.previousRunId,
    };
  }
  const found = savedSteering(output);
  if (found === undefined) return output;
  const read = found.read.map((each) => ({ ...each, runOrdinal: each.runOrdinal - cleared }));
  return { ...found, read };
}

function renumberedEvent(event: SessionEvent, cleared: number): SessionEvent {
  const { fact } = event;
  if (fact.type !== 'message-steered') return event;
  return { ...event, fact: { ...fact, runOrdinal: fact.runOrdinal - cleared } };
}
