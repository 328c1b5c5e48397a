import { readFileSync } from 'node:fs';
import type { openHarnessDatabase } from '#harness';
import type { Sample } from './sample.ts';

type Database = Awaited<ReturnType<typeof openHarnessDatabase>>;

/** Starts the clocks; what it returns reads them, for each of so many operations. */
export type Meter = () => (operations: number) => Sample;

/** Of work without a database. */
export const processMeter: Meter = () => {
  const before = reading();
  return (operations) => {
    const after = reading();
    return {
      ms: (after.ms - before.ms) / operations,
      cpuMs: (after.cpuMs - before.cpuMs) / operations,
    };
  };
};

/** Of work through a database's pool: counts what its clients are asked, whoever asks. */
export function databaseMeter({ pool, backend }: Database): Meter {
  let statements = 0;
  const servers = new Set<number>();
  const observed = new WeakSet<object>();
  pool.on('acquire', (client) => {
    if (observed.has(client)) return;
    observed.add(client);
    // oxlint-disable-next-line typescript/unbound-method -- it is called on the client that it was taken from.
    const ask = client.query;
    const counted = (...question: unknown[]): unknown => {
      statements += 1;
      return Reflect.apply(ask, client, question);
    };
    Object.defineProperty(client, 'query', { value: counted });
    if (backend === 'postgres') servers.add(serverOf(client));
  });
  return () => {
    const countBefore = statements;
    const before = cpuMsOf(servers);
    const stop = processMeter();
    return (operations) => {
      const own = stop(operations);
      return {
        ms: own.ms,
        cpuMs: own.cpuMs + spentSince(before, cpuMsOf(servers)) / operations,
        statements: (statements - countBefore) / operations,
      };
    };
  };
}

function reading(): { readonly ms: number; readonly cpuMs: number } {
  const { user, system } = process.cpuUsage();
  return { ms: performance.now(), cpuMs: (user + system) / 1000 };
}

/** The process that serves a connection. pg knows its id and its types do not say so. */
function serverOf(client: object): number {
  return 'processID' in client && typeof client.processID === 'number' ? client.processID : 0;
}

/** Of connections that are still there: what one spent that the pool has closed meanwhile can no longer be read. */
function spentSince(
  before: ReadonlyMap<number, number>,
  after: ReadonlyMap<number, number>,
): number {
  return [...after].reduce((sum, [id, cpuMs]) => sum + cpuMs - (before.get(id) ?? 0), 0);
}

/** Processor time of those that are PostgreSQL's on this machine: on another the same number is somebody else. */
function cpuMsOf(processes: ReadonlySet<number>): ReadonlyMap<number, number> {
  const spent = new Map<number, number>();
  for (const id of processes) {
    try {
      if (!readFileSync(`/proc/${id}/comm`, 'utf8').startsWith('postgres')) continue;
      const [nanoseconds = '0'] = readFileSync(`/proc/${id}/schedstat`, 'utf8').split(' ');
      spent.set(id, Number(nanoseconds) / 1e6);
    } catch {
      // Gone, or on another machine, or another system: then its time shows as waiting, in `ms` alone.
    }
  }
  return spent;
}
