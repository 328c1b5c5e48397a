import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Observation } from '../checkers/observation.ts';
import { startWorldServer } from '../desk/world/world-server.ts';
import { mutantNamed } from '../mutants/mutant-named.ts';
import { locateScenario } from '../suites/locate-scenario.ts';
import { addFaults, countFaults, type ViewerFaults } from './check-viewings.ts';
import { type CrashBackendName, openCrashBackend } from './crash-backend.ts';
import {
  type CrashPoint,
  enumerateDeltas,
  enumeratePoints,
  findPoint,
  formatPoint,
  type GoldenStep,
  type Moment,
  moments,
} from './crash-point.ts';
import { runWorker, type Sweep } from './crash-worker.ts';
import { faultsFor } from './faults-for.ts';
import { inParallel } from './in-parallel.ts';
import { judge, judgeGolden, type Verdict, type Violation } from './judge.ts';
import { openGallery } from './open-gallery.ts';
import { type PairFault, pairFaults } from './server-pair.ts';
import type { ViewerCounts } from './viewers.ts';
import type { CrashSubject } from './worker-order.ts';

export interface VerifyOptions {
  readonly backend: CrashBackendName;
  /** For the `postgres` backend; without it a server is started from the binaries at hand. */
  readonly databaseUrl?: string;
  readonly mutant?: string;
  /** The harness by default. */
  readonly subject?: CrashSubject;
  /** One point, as `formatPoint` writes it, instead of all. */
  readonly at?: string;
  readonly moments?: readonly Moment[];
  /** People who watch every session over the database from another process, on `pglite-server` and `postgres`. */
  readonly watchedBy?: ViewerCounts;
  /** `2`: beside a second server of the same application. */
  readonly servers?: 1 | 2;
  /** What becomes of the first of two servers, one after the other at every point; all that there is by default. */
  readonly faults?: readonly PairFault[];
  /** Points behind every piece of text as well. */
  readonly deltas?: boolean;
  /** Workers that run side by side. */
  readonly parallel?: number;
  /** Told of the steps of the golden run before the first point is tried, and of every point's verdict as it falls. */
  readonly onStart?: (steps: readonly GoldenStep[], points: readonly CrashPoint[]) => void;
  readonly onPoint?: (result: PointResult) => void;
  readonly signal?: AbortSignal;
}

export interface PointResult {
  readonly point: CrashPoint;
  readonly verdict: Verdict;
  /** From the start of the first life to the end of the second, milliseconds. */
  readonly durationMs: number;
  /** Absent if nobody watched. */
  readonly viewers?: ViewerFaults;
}

export interface PointViolation extends Violation {
  readonly point: string;
  /** The command that does this very crash again. */
  readonly replay: string;
}

export interface VerifyReport {
  readonly scenario: string;
  readonly backend: CrashBackendName;
  readonly mutant?: string;
  readonly points: number;
  /** Points at which the kill left its evidence. */
  readonly landed: number;
  readonly clean: number;
  readonly violations: readonly PointViolation[];
  /** Points that proved nothing, and why. */
  readonly invalid: readonly { readonly point: string; readonly reason: string }[];
  /** What all viewers of all points were shown wrongly; absent if nobody watched. */
  readonly viewers?: ViewerFaults;
  /** Median of one crash and recovery, milliseconds. */
  readonly medianMs: number;
}

const defaultParallel = 2;

/**
 * Runs the scenario, ours by its id or the one that a file exports, once without a crash, then kills a worker at every point of that run and lets it recover, and
 * compares what each left behind with the run that was left alone. Throws BaselineFailedError if that run itself fails.
 */
export async function verifyScenario(
  idOrPath: string,
  options: VerifyOptions,
): Promise<VerifyReport> {
  const { signal = new AbortController().signal, parallel = defaultParallel } = options;
  const { scenario, place, recording } = await locateScenario(idOrPath);
  if (options.mutant !== undefined) mutantNamed(options.mutant);
  const faults = faultsFor(options);
  const directory = await mkdtemp(join(tmpdir(), 'groundhog-crash-'));
  try {
    await using backend = await openCrashBackend({
      name: options.backend,
      directory,
      databaseUrl: options.databaseUrl,
    });
    await using worldServer = await startWorldServer();
    const { mutant, watchedBy } = options;
    await using gallery =
      watchedBy && (await openGallery(backend, { scenario, mutant, counts: watchedBy }));
    const sweep: Sweep = {
      scenario,
      place,
      ...(gallery === undefined ? {} : { gallery }),
      recording,
      mutant,
      subject: options.subject ?? 'harness',
      backend,
      worldServer,
      directory,
      id: basename(directory),
      signal,
    };
    const golden = judgeGolden(scenario, await runWorker(sweep, { name: 'golden' }));
    const points = choosePoints(golden, options);
    options.onStart?.(golden.savedSteps, points);
    const results = await inParallel(points, { limit: parallel, signal }, async (point, index) => {
      const name = `point-${index + 1}`;
      const result =
        faults.length > 0
          ? await tryPair(sweep, golden, { point, name, faults })
          : await tryPoint(sweep, golden, { point, name });
      options.onPoint?.(result);
      return result;
    });
    return report(idOrPath, options, results);
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  }
}

function choosePoints(
  { savedSteps, deltas }: Observation,
  { at, moments: chosen = moments, deltas: withDeltas = false }: VerifyOptions,
): readonly CrashPoint[] {
  const pieces = enumerateDeltas(deltas);
  return at === undefined
    ? [...enumeratePoints(savedSteps, chosen), ...(withDeltas ? pieces : [])]
    : [findPoint(at, [...enumeratePoints(savedSteps), ...pieces])];
}

async function tryPoint(
  sweep: Sweep,
  golden: Observation,
  tried: { readonly point: CrashPoint; readonly name: string; readonly pair?: PairFault },
): Promise<PointResult> {
  const { point, name, pair } = tried;
  const startedAt = performance.now();
  const story = await runWorker(sweep, {
    name,
    crash: point,
    ...(pair === undefined ? {} : { pair }),
  });
  const durationMs = performance.now() - startedAt;
  const { viewings, observation } = story;
  const { checkers = [] } = sweep.scenario;
  const verdict = judge(story, { golden, checkers, ...tried });
  if (sweep.gallery === undefined) return { point, verdict, durationMs };
  const log = observation?.events ?? [];
  const viewers = addFaults(viewings.map((viewing) => countFaults(viewing, log)));
  return { point, verdict, durationMs, viewers };
}

/** The point under one fault after the other; the worst verdict stands. */
async function tryPair(
  sweep: Sweep,
  golden: Observation,
  {
    point,
    name,
    faults,
  }: {
    readonly point: CrashPoint;
    readonly name: string;
    readonly faults: readonly PairFault[];
  },
): Promise<PointResult> {
  const results: PointResult[] = [];
  for (const pair of faults) {
    results.push(await tryPoint(sweep, golden, { point, name: `${name}-${pair}`, pair }));
  }
  const durationMs = results.reduce((sum, each) => sum + each.durationMs, 0);
  const violations = results.flatMap(({ verdict }) =>
    verdict.kind === 'VIOLATION' ? verdict.violations : [],
  );
  if (violations.length > 0) {
    return { point, durationMs, verdict: { kind: 'VIOLATION', violations } };
  }
  const invalid = results.find(({ verdict }) => verdict.kind === 'INVALID');
  return { point, durationMs, verdict: invalid?.verdict ?? { kind: 'CLEAN' } };
}

function report(
  scenario: string,
  options: VerifyOptions,
  results: readonly PointResult[],
): VerifyReport {
  const { backend, mutant, subject, watchedBy, servers, faults = pairFaults } = options;
  const seen = results.flatMap(({ viewers }) => viewers ?? []);
  const replayOf = (point: CrashPoint): string =>
    [
      `npx groundhog crash ${scenario}`,
      `--at '${formatPoint(point)}'`,
      `--backend ${backend}`,
      ...(subject === undefined || subject === 'harness' ? [] : [`--subject ${subject}`]),
      ...(servers === 2 ? ['--servers 2'] : []),
      ...(servers === 2 && faults.length < pairFaults.length
        ? [`--faults ${faults.join(',')}`]
        : []),
      ...(mutant === undefined ? [] : [`--mutant ${mutant}`]),
      ...(watchedBy?.viewers ? [`--viewers ${watchedBy.viewers}`] : []),
      ...(watchedBy?.lateViewers ? [`--late-viewers ${watchedBy.lateViewers}`] : []),
    ].join(' ');
  return {
    scenario,
    backend,
    ...(mutant === undefined ? {} : { mutant }),
    points: results.length,
    landed: results.filter(({ verdict }) => verdict.kind !== 'INVALID').length,
    clean: results.filter(({ verdict }) => verdict.kind === 'CLEAN').length,
    violations: results.flatMap(({ point, verdict }) =>
      verdict.kind === 'VIOLATION'
        ? verdict.violations.map((violation) => ({
            point: formatPoint(point),
            ...violation,
            replay: replayOf(point),
          }))
        : [],
    ),
    invalid: results.flatMap(({ point, verdict }) =>
      verdict.kind === 'INVALID' ? [{ point: formatPoint(point), reason: verdict.reason }] : [],
    ),
    ...(watchedBy === undefined ? {} : { viewers: addFaults(seen) }),
    medianMs: Math.round(median(results.map((result) => result.durationMs))),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  const [low = 0, high = 0] = [
    sorted[sorted.length % 2 === 0 ? middle - 1 : middle],
    sorted[middle],
  ];
  return (low + high) / 2;
}
