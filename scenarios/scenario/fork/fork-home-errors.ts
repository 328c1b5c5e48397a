import { HarnessError } from '#harness';
import { runIdOf } from '../run-id-of.ts';

/** A fork is a session of its own: it is written into no other. */
export class SessionTakenError extends HarnessError {
  constructor(sessionId: string, what: string) {
    super({
      code: 'SESSION_TAKEN',
      message: `The database has a session ${sessionId} already: ${what}.`,
      hint: 'Give the fork an id of its own: --as.',
    });
  }
}

/** What a fork has done outside was kept by the process that began it, and is not to be found here. */
export class ForkWorldMissingError extends HarnessError {
  constructor(sessionId: string, path: string) {
    super({
      code: 'FORK_WORLD_MISSING',
      message: `The fork ${sessionId} was begun, and what became of its world until then is not at ${path}.`,
      hint: `Go on where it was begun, or begin another: --as. Nothing takes up ${runIdOf(sessionId, 1)} by itself.`,
    });
  }
}

/** Of a session that was cleared its database holds what came behind that, and a fork that goes on is told by its database. */
export class ForkClearedError extends HarnessError {
  constructor(sessionId: string) {
    super({
      code: 'FORK_CLEARED',
      message: `The fork ${sessionId} was begun, and is cleared on its way: nobody could tell what came of it before.`,
      hint: `Begin another: --as. What there is of this one: npx groundhog capture ${sessionId}.`,
    });
  }
}
