import { HarnessError } from '#harness';
import type { CrashBackendName } from './crash-backend.ts';
import { type PairFault, pairFaults } from './server-pair.ts';

/**
 * What becomes of the first of two servers, one after the other at every point; nothing where there is one server. An embedded
 * database cannot tell who has left it, so there a server is only ever restarted. Throws ServersNeedServerError.
 */
export function faultsFor({
  servers,
  backend,
  faults = pairFaults,
}: {
  readonly servers?: 1 | 2;
  readonly backend: CrashBackendName;
  readonly faults?: readonly PairFault[];
}): readonly PairFault[] {
  if (servers !== 2) return [];
  const possible = possibleOn[backend];
  const chosen = faults.filter((fault) => possible.includes(fault));
  if (chosen.length === 0) throw new ServersNeedServerError(backend, faults);
  return chosen;
}

const possibleOn: Readonly<Record<CrashBackendName, readonly PairFault[]>> = {
  pglite: [],
  'pglite-server': ['kill', 'stop'],
  postgres: pairFaults,
};

export class ServersNeedServerError extends HarnessError {
  constructor(backend: CrashBackendName, faults: readonly PairFault[]) {
    super({
      code: 'SERVERS_NEED_SERVER',
      message: `Two servers cannot share ${backend} and go through ${faults.join(', ')}.`,
      hint: 'Use --backend postgres, or pglite-server for kill and stop.',
    });
  }
}
