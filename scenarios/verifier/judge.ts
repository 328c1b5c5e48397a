import { HarnessError, isSubRun } from '#harness';
import { checkHistory } from '../checkers/check-history.ts';
import { askCheckers, type Checker } from '../checkers/checker.ts';
import type { Observation } from '../checkers/observation.ts';
import type { Violation } from '../checkers/violation.ts';
import { checkCard } from '../scenario/card/check-card.ts';
import type { Scenario } from '../scenario/define-scenario.ts';
import { checkViewing } from './check-viewings.ts';
import { type CrashPoint, isStepOf } from './crash-point.ts';
import type { WorkerStory } from './crash-worker.ts';
import type { EvidenceLine } from './evidence.ts';
import type { PairFault } from './server-pair.ts';

export type { Violation };

/** CLEAN: the crash landed and left nothing wrong. INVALID: nothing was proved, because the fault never landed. */
export type Verdict =
  | { readonly kind: 'CLEAN' }
  | { readonly kind: 'VIOLATION'; readonly violations: readonly Violation[] }
  | { readonly kind: 'INVALID'; readonly reason: string };

/** Judges a crash by its evidence: first that it happened at all, then what it left behind. */
export function judge(
  story: WorkerStory,
  expected: {
    readonly golden: Observation;
    readonly point: CrashPoint;
    /** What happened beside a second server; alone, the worker was killed. */
    readonly pair?: PairFault;
    /** Of the card. */
    readonly checkers?: readonly Checker[];
  },
): Verdict {
  const reason = whyInvalid(story, expected);
  if (reason !== undefined) return { kind: 'INVALID', reason };
  const violations = violationsOf(story, expected);
  return violations.length === 0 ? { kind: 'CLEAN' } : { kind: 'VIOLATION', violations };
}

function whyInvalid(
  { lives: [first], evidence }: WorkerStory,
  { point, pair }: { readonly point: CrashPoint; readonly pair?: PairFault },
): string | undefined {
  if (first === undefined) return 'the worker never lived';
  const landed = evidence.find((line) => line.kind === 'landed');
  const isWoken = evidence.some((line) => line.kind === 'woken');
  if (first.hung && !isWoken) return 'the worker hung before it reached the point';
  if (landed === undefined) {
    return `the point was never reached (exit code ${first.exitCode}, signal ${first.signal}) ${first.complaint}`.trim();
  }
  if (!isStepOf(point, landed))
    return `it was killed elsewhere, in ${landed.runId} at ${landed.step}`;
  if (pair !== undefined && !evidence.some((line) => line.kind === 'ready')) {
    return 'the server beside it never opened';
  }
  if (pair === 'stop') return whyStoodInVain(evidence);
  if (first.signal !== 'SIGKILL')
    return `the worker outlived its kill (exit code ${first.exitCode})`;
  return undefined;
}

/** A second server that opens when the first one goes on again has nobody to take for dead. */
function whyStoodInVain(evidence: readonly EvidenceLine[]): string | undefined {
  const isReady = evidence.findIndex((line) => line.kind === 'ready');
  const isWoken = evidence.findIndex((line) => line.kind === 'woken');
  if (isWoken > isReady) return undefined;
  return 'the server beside it was not open while this one stood still';
}

function violationsOf(
  { lives, observation, divergence, evidence, viewings }: WorkerStory,
  { golden, point, pair, checkers = [] }: Parameters<typeof judge>[1],
): readonly Violation[] {
  const last = lives.at(-1);
  if (observation === undefined) {
    return [
      {
        invariant: 'I9',
        expected: 'the session ends after recovery',
        found: last?.hung === true ? 'no progress any more' : `exit code ${last?.exitCode}`,
        message: `The recovered worker did not finish. ${last?.complaint ?? ''}`.trim(),
      },
    ];
  }
  const inFlight = evidence.filter(
    (line): line is Extract<EvidenceLine, { kind: 'model-call' }> =>
      line.kind === 'model-call' &&
      line.life === 1 &&
      // A server that only stood still goes on where it was: nothing is done again.
      pair !== 'stop' &&
      isInFlight(line, point, evidence),
  );
  return [
    ...checkHistory(golden, observation, { repeatable: inFlight }),
    ...askCheckers(checkers, observation),
    ...viewings.flatMap((viewing) => checkViewing(viewing, observation.events)),
    ...(divergence === undefined ? [] : [otherwiseAsked(divergence)]),
  ];
}

/**
 * Its answer had come and was not saved: the one call that a crash makes twice. Sub-agents work side by side, so others of
 * theirs may have been under way: those of which nothing says that the same life saved them. The next life saves what it
 * did again.
 */
function isInFlight(
  call: { readonly life: number; readonly runId: string; readonly step: string },
  point: CrashPoint,
  evidence: readonly EvidenceLine[],
): boolean {
  if (isStepOf(point, call)) return point.moment === 'inside';
  return (
    isSubRun(call.runId) &&
    !evidence.some(
      (line) =>
        line.kind === 'saved' &&
        line.life === call.life &&
        line.runId === call.runId &&
        line.step === call.step,
    )
  );
}

/** DBOS compares the names of steps; what they ask for is compared here, with what was recorded. */
function otherwiseAsked(divergence: string): Violation {
  return {
    invariant: 'I6',
    expected: 'the recovered session asks what the recorded one asked',
    found: divergence,
    message: 'The recovered session went another way than the recorded one.',
  };
}

/** The run that everything is compared with must itself be right. Throws BaselineFailedError with all that is not. */
export function judgeGolden(
  scenario: Scenario,
  { lives, observation, divergence }: WorkerStory,
): Observation {
  if (observation === undefined) {
    throw new BaselineFailedError(scenario.id, [
      `it did not finish: ${lives.at(-1)?.complaint ?? ''}`,
    ]);
  }
  const faults = [
    ...(divergence === undefined ? [] : [`it left its recording: ${divergence}`]),
    ...checkCard(scenario, observation)
      .filter((finding) => !finding.ok)
      .map((finding) => finding.reason),
    ...checkHistory(observation, observation, { repeatable: [] }).map(
      (violation) => `${violation.invariant}: ${violation.message}`,
    ),
  ];
  if (faults.length > 0) throw new BaselineFailedError(scenario.id, faults);
  return observation;
}

export class BaselineFailedError extends HarnessError {
  constructor(scenario: string, faults: readonly string[]) {
    super({
      code: 'BASELINE_FAILED',
      message: `${scenario} is not right even when nothing crashes: ${faults.join('; ')}.`,
      hint: `No crash was tried. See it alone: npx groundhog replay ${scenario}`,
    });
  }
}
