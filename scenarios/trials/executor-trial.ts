import { keylessRefund } from '../mutants/effects/keyless-refund.ts';
import { sharedExecutor } from '../mutants/runs/shared-executor.ts';
import { verifyScenario } from '../verifier/verify-scenario.ts';
import type { Trial } from './trial.ts';

/**
 * CD-11. A second server boots while the first stands still behind a refund that is paid and not yet saved; nobody dies. The refund
 * has no key either way, so that whatever is done again shows: without the defect it is done once all the same.
 */
export const executorTrial: Trial = {
  defect: sharedExecutor,
  play: async ({ isOn, signal }) => {
    const { violations, invalid } = await verifyScenario('R-01', {
      backend: 'pglite-server',
      at: 'issueRefund#1:inside',
      servers: 2,
      faults: ['stop'],
      mutant: isOn ? sharedExecutor.id : keylessRefund.id,
      signal,
    });
    const [unproved] = invalid;
    if (unproved !== undefined) throw new RangeError(unproved.reason);
    return violations;
  },
};
