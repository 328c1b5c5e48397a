import { type Backing, durableBacking, HarnessError, openHarnessDatabase } from '#harness';
import { mutantNamed } from '../mutants/mutant-named.ts';
import type { Scenario } from '../scenario/define-scenario.ts';
import type { CrashBackend } from './crash-backend.ts';
import { openViewers, type ViewerCounts, type Viewers } from './viewers.ts';

/** Where viewers stand: connected to the database of the workers from outside of any worker's process. */
export interface Gallery extends AsyncDisposable {
  /** Lets viewers in on one session. */
  readonly admit: (sessionId: string) => Viewers;
}

/** Throws ViewersNeedServerError where the database is inside the worker, so that nobody else can look. */
export async function openGallery(
  backend: CrashBackend,
  options: {
    readonly scenario: Scenario;
    readonly mutant: string | undefined;
    readonly counts: ViewerCounts;
  },
): Promise<Gallery> {
  const target = backend.databaseOf('gallery');
  if (target.kind === 'pglite') throw new ViewersNeedServerError();
  const database = await openHarnessDatabase(target);
  // Runs nothing: of this backing only the store is used.
  const identity = { application: 'gallery', version: 'gallery', executorId: 'gallery' };
  const { store } = withMutant(await durableBacking({ database, identity }), options);
  return {
    admit: (sessionId) => openViewers(store, sessionId, options.counts),
    [Symbol.asyncDispose]: () => database.close(),
  };
}

/** A defect in how sessions are watched is the watcher's. */
function withMutant(
  backing: Backing,
  { scenario, mutant }: { readonly scenario: Scenario; readonly mutant: string | undefined },
): Backing {
  if (mutant === undefined) return backing;
  const worldUrl = 'http://world.invalid';
  const subject = scenario.subject.assemble({ worldUrl });
  return mutantNamed(mutant).apply({ ...subject, backing, worldUrl }).backing;
}

export class ViewersNeedServerError extends HarnessError {
  constructor() {
    super({
      code: 'VIEWERS_NEED_SERVER',
      message: 'On the backend pglite the database is inside the worker, where no viewer can look.',
      hint: 'Watch with --backend pglite-server or --backend postgres.',
    });
  }
}
