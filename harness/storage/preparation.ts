import type pg from 'pg';

/** What has to be in a database before it is used: migrations. */
export interface Preparation {
  /** Changes whenever what `run` leaves behind changes. */
  readonly key: string;
  /** Brings a database, new or of an earlier key, up to date. Running it again changes nothing. */
  readonly run: (pool: pg.Pool) => Promise<void>;
}
