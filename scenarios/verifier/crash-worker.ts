import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Observation } from '../checkers/observation.ts';
import type { WorldServer } from '../desk/world/world-server.ts';
import type { Scenario } from '../scenario/define-scenario.ts';
import type { CrashBackend } from './crash-backend.ts';
import type { CrashPoint } from './crash-point.ts';
import { type EvidenceLine, readEvidence } from './evidence.ts';
import type { Gallery } from './open-gallery.ts';
import { livePaired, type PairFault } from './server-pair.ts';
import { type LifeEnd, runLife } from './start-worker.ts';
import type { Viewing } from './viewers.ts';
import type { CrashSubject, WorkerOrder } from './worker-order.ts';

/** What all workers of a sweep share. */
export interface Sweep {
  readonly scenario: Scenario;
  /** Where a worker finds it. */
  readonly place: string;
  /** Path of the recording. */
  readonly recording: string;
  readonly mutant: string | undefined;
  readonly subject: CrashSubject;
  readonly backend: CrashBackend;
  readonly worldServer: WorldServer;
  /** Absent if nobody watches. */
  readonly gallery?: Gallery;
  /** A directory of this sweep, removed by its owner. */
  readonly directory: string;
  /** Distinguishes this sweep's sessions from those of any other in the same database. */
  readonly id: string;
  readonly signal: AbortSignal;
}

/** What became of one worker: how its lives ended, what they left behind, and what can be seen from outside. */
export interface WorkerStory {
  readonly lives: readonly LifeEnd[];
  readonly evidence: readonly EvidenceLine[];
  /** Absent if the session never came to an end. */
  readonly observation?: Observation;
  /** Where the last life left the recording, if it did, in words. */
  readonly divergence?: string;
  /** What those who watched were shown. */
  readonly viewings: readonly Viewing[];
}

/**
 * Runs one worker through its lives: one without a crash point, two with one; with a pair's fault, beside a second server. The
 * world outlives them all.
 */
export async function runWorker(
  sweep: Sweep,
  {
    name,
    crash,
    pair,
  }: { readonly name: string; readonly crash?: CrashPoint; readonly pair?: PairFault },
): Promise<WorkerStory> {
  const directory = join(sweep.directory, name);
  await mkdir(directory, { recursive: true });
  const world = sweep.worldServer.createWorld(sweep.scenario.world);
  const order = {
    scenario: sweep.place,
    recording: sweep.recording,
    worldUrl: world.url,
    database: sweep.backend.databaseOf(name),
    executorId: `${sweep.id}-${name}`,
    application: `${sweep.id}-${name}`,
    role: 'plays' as const,
    fault: 'kill' as const,
    subject: sweep.subject,
    sessionId: `${sweep.id}-${name}`,
    evidence: join(directory, 'evidence.jsonl'),
    ...(sweep.mutant === undefined ? {} : { mutant: sweep.mutant }),
  };
  // Nobody watches the golden worker: what viewers are shown is held against what is stored.
  const viewers = crash && sweep.gallery?.admit(order.sessionId);
  const first = { ...order, life: 1, ...(crash === undefined ? {} : { crash }) };
  const beside = join(directory, 'beside.jsonl');
  const lives =
    pair === undefined
      ? await liveAlone(first, sweep.signal, () => viewers?.onDeath())
      : await livePaired(pair, { order: first, beside, signal: sweep.signal });
  const evidence = [...readEvidence(order.evidence), ...readEvidence(beside)];
  const ended = evidence.findLast((line) => line.kind === 'session');
  const viewings = (await viewers?.leave(ended?.session.events.at(-1)?.seq ?? 0)) ?? [];
  if (ended === undefined) return { lives, evidence, viewings };
  return {
    lives,
    evidence,
    viewings,
    observation: {
      ...ended.session,
      modelCalls: evidence.filter((line) => line.kind === 'model-call'),
      world: world.snapshot(),
      ledger: world.ledger(),
    },
    ...(ended.divergence === undefined ? {} : { divergence: ended.divergence }),
  };
}

async function liveAlone(
  { crash, ...order }: WorkerOrder,
  signal: AbortSignal,
  onDeath: () => void,
): Promise<readonly LifeEnd[]> {
  const first = await runLife({ ...order, ...(crash === undefined ? {} : { crash }) }, { signal });
  if (first.signal !== 'SIGKILL' || first.hung) return [first];
  onDeath();
  return [first, await runLife({ ...order, life: 2 }, { signal })];
}
