import { HarnessError, type TextDelta } from '#harness';

/** `before`: nothing has happened · `inside`: body done, result not saved · `after`: saved. */
export const moments = ['before', 'inside', 'after'] as const;
export type Moment = (typeof moments)[number];

/** Which of a session's runs. */
interface RunPlace {
  /** Counts the session's runs from 1. */
  readonly run: number;
  /** Of a sub-agent's run: its number among those that work for that run. */
  readonly sub?: number;
}

/** A step of a recorded session, and a moment of it, at which the worker is killed. */
export interface CrashPoint extends RunPlace {
  readonly step: string;
  readonly moment: Moment;
  /** Of a model turn, `inside`: not at its end but when this piece of its text, counted from 0, has been stored. */
  readonly delta?: number;
}

/** A step of the golden run. */
export type GoldenStep = Pick<CrashPoint, 'run' | 'sub' | 'step'>;

/** Every step at every moment, in the order in which a session passes them. */
export function enumeratePoints(
  steps: readonly GoldenStep[],
  at: readonly Moment[] = moments,
): readonly CrashPoint[] {
  return steps.flatMap((step) => at.map((moment) => ({ ...step, moment })));
}

/** A point behind each piece of text that the golden run stored. */
export function enumerateDeltas(deltas: readonly TextDelta[]): readonly CrashPoint[] {
  return deltas.map(({ runId, step, ordinal }) => ({
    ...placeOfRun(runId),
    step,
    moment: 'inside',
    delta: ordinal,
  }));
}

/** `issueRefund#1:inside`, `model#2:delta[3]`, `2/issueRefund#1:inside` in a session's second run, `1~2/model#1:after` in a sub-agent's. */
export function formatPoint({ moment, delta, ...step }: CrashPoint): string {
  return `${formatStep(step)}:${delta === undefined ? moment : `delta[${delta}]`}`;
}

export function formatStep({ run, sub, step }: GoldenStep): string {
  if (sub !== undefined) return `${run}~${sub}/${step}`;
  return run === 1 ? step : `${run}/${step}`;
}

/** Reads what `formatPoint` writes, as one of the points there are. Throws CrashPointUnknownError. */
export function findPoint(text: string, points: readonly CrashPoint[]): CrashPoint {
  const found = points.find((point) => formatPoint(point) === text);
  if (found === undefined) throw new CrashPointUnknownError(text, points);
  return found;
}

export class CrashPointUnknownError extends HarnessError {
  constructor(text: string, points: readonly CrashPoint[]) {
    const steps = [...new Set(points.map((point) => formatStep(point)))];
    super({
      code: 'CRASH_POINT_UNKNOWN',
      message: `There is no crash point ${text} in this session.`,
      hint: `Its steps are ${steps.join(', ')}; write one as step:moment, where moment is ${moments.join(', ')} or delta[n].`,
    });
  }
}

/** The place in its session of a run that playSession named, or of a sub-agent's that works for one. */
function placeOfRun(runId: string): RunPlace {
  const [run, sub] = runId
    .slice(runId.lastIndexOf('/') + 1)
    .split('~')
    .map(Number);
  return { run: run ?? Number.NaN, ...(sub === undefined ? {} : { sub }) };
}

/** Whether it is this point's step. */
export function isStepOf(
  point: CrashPoint,
  { runId, step }: { readonly runId: string; readonly step: string },
): boolean {
  const { run, sub } = placeOfRun(runId);
  return step === point.step && run === point.run && sub === point.sub;
}
