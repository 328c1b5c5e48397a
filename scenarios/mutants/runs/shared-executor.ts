import { keylessRefund } from '../effects/keyless-refund.ts';
import type { Mutant } from '../mutant.ts';

/**
 * CD-11: every server is the same executor, so one that boots takes up what another is in the middle of. The refund goes out
 * without its key: a provider that knows it again would hide the defect. On PostgreSQL the second server is refused its seat;
 * what shows here is what happens where nobody can tell.
 */
export const sharedExecutor: Mutant = {
  id: 'CD-11',
  title: 'a second server takes up the runs of one that lives',
  breaks: 'I1',
  apply: keylessRefund.apply,
  identify: (identity) => ({ ...identity, executorId: 'local' }),
};
