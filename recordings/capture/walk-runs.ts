import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Backing,
  canonicalJson,
  type Json,
  type RunRequest,
  runWorkedFor,
  type SavedRun,
  type SavedStep,
  type Steps,
} from '#harness';
import { asJson, firstDifference } from '../format/json.ts';
import { CaptureRefusedError, type SavedPlace } from './capture-refused-error.ts';
import type { ChosenRuns } from './choose-runs.ts';

/** The step that a run is at, with what it saved there. */
export interface StepInHand {
  readonly place: SavedPlace;
  readonly saved: SavedStep;
}

/** Runs that walk once more the way they went: every step comes to what it came to, or the walk ends. */
export interface Walk {
  /** The same backing, whose runs walk. */
  readonly along: (backing: Backing) => Backing;
  /** The step in whose body this is called. */
  readonly here: () => StepInHand;
  /** Ends the walk: the first reason is the one that is told. */
  readonly refuse: (place: SavedPlace, reason: string) => CaptureRefusedError;
  /** Throws that, or that a run has not come to all of its steps. */
  readonly check: () => void;
}

/**
 * Nothing that a step does outside is done: its body runs, and whoever it asks must answer from what it saved (`here`). What
 * it comes to then must be what it saved, so that what was asked and answered on the way is known, too.
 */
export function walkRuns(
  sessionId: string,
  { runs, byId }: Pick<ChosenRuns, 'runs' | 'byId'>,
  whyAskedOtherwise: (place: SavedPlace) => string,
): Walk {
  const inHand = new AsyncLocalStorage<StepInHand>();
  const walked = new Map<string, number>();
  let refusal: CaptureRefusedError | undefined;
  const refuse = (place: SavedPlace, reason: string): CaptureRefusedError =>
    (refusal ??= new CaptureRefusedError(sessionId, place, reason));
  const numberOf = (runId: string): number =>
    1 + runs.findIndex(({ request }) => runWorkedFor(runId) === request.runId);
  const begin = (request: RunRequest): SavedRun => {
    const run = byId.get(request.runId);
    const place = { runId: request.runId, run: numberOf(request.runId) };
    if (run === undefined) throw refuse(place, 'the session has no such run');
    const differs = firstDifference('request', asJson(run.request), asJson(request));
    if (differs !== undefined) throw refuse(place, 'it was started with another request');
    return run;
  };
  const take = async <Result>(
    { request, steps }: SavedRun,
    name: string,
    body: () => Promise<Result>,
  ): Promise<Result> => {
    if (refusal !== undefined) throw refusal;
    const { runId } = request;
    const index = walked.get(runId) ?? 0;
    const place = { runId, run: numberOf(runId), step: name };
    const saved = steps[index];
    if (saved?.name !== name) {
      throw refuse(place, `the run went on with ${saved?.name ?? 'its end'} instead`);
    }
    walked.set(runId, index + 1);
    const made = await inHand.run({ place, saved }, body);
    const differs = differenceBetween(saved.output, made);
    if (differs === undefined) return made;
    const isQuestion = askedPointer.test(differs);
    throw refuse(place, isQuestion ? whyAskedOtherwise(place) : elsewhere(differs));
  };
  return {
    refuse,
    here: () => {
      const step = inHand.getStore();
      if (step === undefined) throw new TypeError('no step is being walked');
      return step;
    },
    along: (backing) => ({
      ...backing,
      openRunner: (body, observer, host) =>
        backing.openRunner(
          (request, steps) => body(request, walking(steps, begin(request), take)),
          observer,
          host,
        ),
    }),
    check: () => {
      if (refusal !== undefined) throw refusal;
      for (const { request, steps } of byId.values()) {
        const { runId } = request;
        const next = steps[walked.get(runId) ?? 0];
        const place = { runId, run: numberOf(runId) };
        if (next !== undefined) throw refuse({ ...place, step: next.name }, 'it would end before');
      }
    },
  };
}

type Take = <Result>(run: SavedRun, name: string, body: () => Promise<Result>) => Promise<Result>;

function walking(steps: Steps, run: SavedRun, take: Take): Steps {
  return {
    ...steps,
    run: (name, body) => take(run, name, () => steps.run(name, body)),
    transact: (name, body) => take(run, name, () => steps.transact(name, body)),
  };
}

const elsewhere = (pointer: string): string =>
  `today it comes to something else (${pointer || 'altogether'})`;

const askedPointer = /\/asked(\/|$)/;

/** Where what a step comes to differs from what it saved. When it ended is a time and no answer. */
function differenceBetween(saved: unknown, made: unknown): string | undefined {
  const [before, now] = [resultOf(saved), resultOf(made)];
  // Versions that did not keep what was asked cannot be held to it.
  const bare = withoutAsked(before);
  const isKept = canonicalJson(bare) !== canonicalJson(before);
  return firstDifference('result', before, isKept ? now : withoutAsked(now))?.pointer;
}

function resultOf(output: unknown): Json {
  const value = asJson(output);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const { endedAt: _, ...result } = value;
  return result;
}

function withoutAsked(result: Json): Json {
  if (typeof result !== 'object' || result === null || Array.isArray(result)) return result;
  const { asked: _, turn, ...rest } = result;
  return turn === undefined ? rest : { ...rest, turn: withoutAsked(turn) };
}
