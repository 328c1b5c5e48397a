import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  type Backing,
  type Database,
  type DatabaseOptions,
  durableBacking,
  openHarnessDatabase,
  type SavedSession,
  sessionArchive,
} from '#harness';
import type { Recording } from '#recordings';
import { openWorldJournal, type WorldJournal } from '../../desk/world/world-journal.ts';
import { captureFrom } from '../capture/capture-recording.ts';
import type { Scenario } from '../define-scenario.ts';
import { ForkClearedError, ForkWorldMissingError, SessionTakenError } from './fork-home-errors.ts';
import {
  attributesOf,
  type ForkOrder,
  identityOf,
  isSameOrder,
  type KeptFork,
  keptForkOf,
} from './fork-order.ts';

export interface ForkHomeOptions {
  readonly database: DatabaseOptions;
  /** Id of the session that the fork becomes. */
  readonly as: string;
  readonly scenario: Scenario;
  /** What is forked. */
  readonly origin: Recording;
  readonly order: ForkOrder;
}

/** Where a fork lives that is a session of its own, in a database. */
export interface ForkHome extends AsyncDisposable {
  readonly sessionId: string;
  readonly backing: Backing;
  readonly journal: WorldJournal;
  /** Steps that an earlier life has saved, which are not taken again; undefined for a fork that begins. */
  readonly saved: number | undefined;
  /** The session as the database holds it when it is over. */
  readonly captured: () => Promise<CapturedFork>;
}

export interface CapturedFork {
  readonly recording: Recording;
  /** Somebody has spoken in it since: its records are not those that the fork left. */
  readonly hasGoneOn: boolean;
}

/** Where the worlds of forks keep what reaches them. */
const worldsDirectory = join('.groundhog', 'forks');

/**
 * Opens the database to make a fork in it, or to go on with one that an earlier process left unfinished.
 * @throws SessionTakenError, ForkWorldMissingError, ForkClearedError
 */
export async function openForkHome(options: ForkHomeOptions): Promise<ForkHome> {
  const database = await openHarnessDatabase(options.database);
  try {
    return await enter(database, options);
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function enter(database: Database, options: ForkHomeOptions): Promise<ForkHome> {
  const { as: sessionId, scenario, origin, order } = options;
  const archive = sessionArchive(database);
  const session = await archive.read(sessionId);
  const kept = session === undefined ? undefined : keptFork(session, options);
  if (kept !== undefined && origin.exchanges.some(({ t }) => t === 'clear')) {
    throw new ForkClearedError(sessionId);
  }
  const world = kept?.world ?? newWorld(sessionId);
  if (!existsSync(world)) throw new ForkWorldMissingError(sessionId, world);
  const backing = await durableBacking({
    database,
    identity: identityOf(sessionId, order),
    attributes: attributesOf(origin, order, world),
  });
  const { principal, messages } = scenario;
  const owner = await backing.store.claim(sessionId, principal);
  if (owner.id !== principal.id || owner.tenant !== principal.tenant) {
    throw new SessionTakenError(sessionId, `it is ${owner.id}'s`);
  }
  return {
    sessionId,
    backing,
    journal: openWorldJournal(world),
    saved: session?.runs
      // Somebody may have sent it a message, which waits.
      .filter(({ attributes }) => keptForkOf(attributes) !== undefined)
      .reduce((sum, { steps }) => sum + steps.length, 0),
    captured: async () => {
      const { recording } = await captureFrom(archive, sessionId, {
        scenario,
        runs: messages.length,
      });
      const runs = (await archive.read(sessionId))?.runs ?? [];
      const hasGoneOn = runs.some(({ attributes }) => keptForkOf(attributes) === undefined);
      return { recording, hasGoneOn };
    },
    [Symbol.asyncDispose]: () => database.close(),
  };
}

/** The fork that the session is. Throws SessionTakenError if it is none, or another. */
function keptFork({ runs }: SavedSession, { as, order }: ForkHomeOptions): KeptFork {
  const marks = runs.map(({ attributes }) => keptForkOf(attributes));
  const kept = marks.find((mark) => mark !== undefined);
  if (kept === undefined) throw new SessionTakenError(as, 'it is no fork');
  if (!isSameOrder(kept.order, order)) {
    const { from, made } = kept.order;
    const what = `a fork of ${from.name} (${from.made}) at ${from.at} by ${made}`;
    throw new SessionTakenError(as, `${what}, of another state, prompt or model than this one`);
  }
  return kept;
}

function newWorld(sessionId: string): string {
  mkdirSync(worldsDirectory, { recursive: true });
  const name = `${sessionId.replaceAll(/[^\w.-]+/g, '-')}-${randomUUID().slice(0, 8)}.jsonl`;
  const path = resolve(worldsDirectory, name);
  writeFileSync(path, '', { flag: 'wx' });
  return path;
}
