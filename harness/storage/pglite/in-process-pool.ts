import type { Duplex } from 'node:stream';
import type { Pool } from 'pg';
import { createSurvivingPool } from '../surviving-pool.ts';
import { InProcessStream } from './in-process-stream.ts';
import type { Multiplexer } from './multiplexer.ts';

/** Sessions are cheap: enough that nobody waits for one while others are checked out. */
const sessionLimit = 20;

/**
 * A genuine pg pool whose clients are sessions of `multiplexer`. Several may be checked out at once; what
 * one of them asks waits only while another is in a transaction. Ending the pool leaves the multiplexer open.
 */
export function createInProcessPool(multiplexer: Multiplexer): Pool {
  return createSurvivingPool({
    max: sessionLimit,
    idleTimeoutMillis: 0,
    user: 'postgres',
    database: 'postgres',
    host: 'pglite.in-process',
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- pg asks of a stream no more than InProcessStream has; its types ask for all of a Duplex.
    stream: () => new InProcessStream(multiplexer) as unknown as Duplex,
  });
}
