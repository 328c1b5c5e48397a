import type { Pool } from 'pg';
import { type Alarm, startAlarm } from '../../event-loop.ts';

/** PGlite never checkpoints by itself: what a crash leaves to replay would grow for ever. */
const backlogLimitBytes = 32 * 2 ** 20;
/** Above this an idle moment is used. */
const idleBacklogLimitBytes = 2 ** 20;
const idleAfterMs = 1000;
/** How much is asked of the database between two looks at the backlog. A statement counts for a page at least. */
const lookEveryBytes = 8 * 2 ** 20;
const statementBytes = 8192;

/** Writes checkpoints when the write-ahead log has grown, or the database has nothing else to do. */
export class Checkpointer {
  readonly #pool: Pool;
  #alarm: Alarm | undefined;
  #sinceLookBytes = 0;
  #isBusy = false;
  #isLooking = false;
  #isStopped = false;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** To be told of each batch of statements. */
  served(byteCount: number): void {
    if (this.#isLooking || this.#isStopped) return;
    this.#isBusy = true;
    this.#sinceLookBytes += byteCount + statementBytes;
    if (this.#sinceLookBytes > lookEveryBytes) void this.#look(backlogLimitBytes);
    this.#alarm ??= startAlarm(idleAfterMs, () => this.#rest());
  }

  stop(): void {
    this.#isStopped = true;
    this.#alarm?.cancel();
  }

  #rest(): void {
    this.#alarm = undefined;
    if (this.#isBusy) this.#alarm = startAlarm(idleAfterMs, () => this.#rest());
    else void this.#look(idleBacklogLimitBytes);
    this.#isBusy = false;
  }

  async #look(limitBytes: number): Promise<void> {
    if (this.#isLooking || this.#isStopped) return;
    this.#isLooking = true;
    this.#sinceLookBytes = 0;
    try {
      const { rows } = await this.#pool.query<{ backlog: string }>(
        'select pg_current_wal_lsn() - redo_lsn as backlog from pg_control_checkpoint()',
      );
      if (Number(rows[0]?.backlog) > limitBytes) await this.#pool.query('checkpoint');
    } catch {
      // Tried again later. If the disk is full or the database is gone, every statement says so.
    } finally {
      this.#isLooking = false;
    }
  }
}
