import {
  type Config,
  type DatabaseOptions,
  HarnessError,
  openSessionArchive,
  type SessionArchive,
} from '#harness';
import { type Captured, captureSession, writeRecording } from '#recordings';
import { locateScenario } from '../../suites/locate-scenario.ts';
import type { Scenario } from '../define-scenario.ts';
import { secretsOf } from '../record-scenario.ts';

export interface CaptureOptions {
  readonly database: DatabaseOptions;
  /** Whose agents the session had: an id, or a file that exports a scenario. The recording gets its name. */
  readonly scenario: string;
  /** Only the first so many runs. */
  readonly runs?: number;
  readonly config: Config;
  /** Where to. */
  readonly out: string;
}

export interface CaptureReport {
  readonly session: string;
  readonly recording: string;
  /** Path of the file. */
  readonly file: string;
  readonly made: string;
  readonly exchanges: number;
  /** What the recording does not hold. */
  readonly losses: readonly string[];
  /** Ids of runs that are not in it. */
  readonly left: readonly string[];
  /** It was replayed twice, the second time under another clock and other timings, before it was written. */
  readonly verified: true;
}

/** Writes a recording of a session that a database holds. Nothing is written to the database. */
export async function captureRecording(
  sessionId: string,
  { database, scenario: like, runs, config, out }: CaptureOptions,
): Promise<CaptureReport> {
  const { scenario } = await locateScenario(like);
  await using archive = await openSessionArchive(database);
  const { recording, left } = await captureFrom(archive, sessionId, {
    scenario,
    ...(runs === undefined ? {} : { runs }),
  });
  await writeRecording(out, recording, { secrets: secretsOf(config) });
  const { name, made, losses = [] } = recording.header;
  return {
    session: sessionId,
    recording: name,
    file: out,
    made,
    exchanges: recording.exchanges.length,
    losses,
    left,
    verified: true,
  };
}

/** Tools do not run while a session is captured. */
const nowhere = 'http://world.invalid';

export async function captureFrom(
  archive: SessionArchive,
  sessionId: string,
  { scenario, runs }: { readonly scenario: Scenario; readonly runs?: number },
): Promise<Captured> {
  const saved = await archive.read(sessionId);
  if (saved === undefined) throw new SessionUnknownError(sessionId);
  return captureSession({
    saved,
    name: scenario.id,
    ...scenario.subject.assemble({ worldUrl: nowhere }),
    ...(runs === undefined ? {} : { runs }),
  });
}

export class SessionUnknownError extends HarnessError {
  constructor(sessionId: string) {
    super({
      code: 'SESSION_UNKNOWN',
      message: `The database knows no session ${sessionId}.`,
      hint: 'Name a session by the id under which its messages were sent.',
    });
  }
}
